export { carrierTo, type RemoteReplica } from './carrier-to'
export { type ReplicaProcess, serveReplica } from './serve-replica'
