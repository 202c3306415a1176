export { carrierTo, type RemoteReplica } from './carrier-to'
export { type ReplicaParts, serveReplica } from './serve-replica'
