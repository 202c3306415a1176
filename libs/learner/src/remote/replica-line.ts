import type { ComputeRequest, ComputeResponse } from '@freshet/contracts'

/** A stream to a replica: the port that a transport fills. */
export interface ReplicaLine {
  /** Sends, in order; what is sent may be a view that must not be written before its answer has come. Where the line is broken it does nothing. */
  send(request: ComputeRequest): void
  /** The next answer. Rejects where the line is broken, was closed, or the replica has refused: with the replica's own error. */
  next(): Promise<ComputeResponse>
  /** Hangs up; nothing is waited for. */
  close(): void
}

/** Opens a line to one replica; whether anybody is there is known by the first answer. */
export type DialReplica = () => ReplicaLine
