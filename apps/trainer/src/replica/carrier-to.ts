import path from 'node:path'
import { type CarrierNotice, carriersTo, type StartThread } from '@freshet/learner'
import { dialReplica } from './dial-replica'

/** A replica that an engine has shards computed by. */
export interface RemoteReplica {
  /** host:port of its gRPC server. */
  readonly address: string
  /** SHA-256 of the engine's gradient graph. */
  readonly graphHash: string
  /** Told when it is admitted, away, or refused. */
  readonly onNotice: (notice: CarrierNotice) => void
  /** Of Node, for the carrier's thread. */
  readonly execArgv?: string[]
}

/**
 * The carrier of a replica: `engine.crew.invite(carrierTo({ … }))` takes it in, whether or not the replica is there yet, and answers the number to
 * dismiss it by.
 */
export const carrierTo = ({ address, graphHash, onNotice, execArgv }: RemoteReplica): StartThread =>
  carriersTo({
    ...{ graphHash, onNotice, execArgv },
    compiler: { module: require.resolve('@freshet/onnx'), name: 'compileOnnx' },
    dialler: { module: path.join(__dirname, `dial-replica${path.extname(__filename)}`), name: dialReplica.name, address },
  })
