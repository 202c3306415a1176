export { carrierTo, type RemoteReplica } from './carrier-to'
export { ReplicaModule } from './replica.module'
export { type ReplicaProcess, serveReplica } from './serve-replica'
