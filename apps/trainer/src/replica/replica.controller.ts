import { Controller, Inject } from '@nestjs/common'
import { GrpcStreamCall } from '@nestjs/microservices'
import type { ComputeRequest, ComputeResponse } from '@freshet/contracts'
import { answerShards, type ReplicaTools } from '@freshet/learner'
import { ReplicaBusyError } from './errors'

/** The Nest token of a replica's {@link ReplicaTools}. */
export const REPLICA_TOOLS = Symbol('freshet.replica.tools')

const STREAMS_MAX = 4 // each has a thread, a session, and at most 256 MiB of inputs

/** Decode, compute, encode. */
@Controller()
export class ReplicaController {
  private streams = 0

  constructor(@Inject(REPLICA_TOOLS) private readonly tools: ReplicaTools) {}

  @GrpcStreamCall('Replica', 'Compute')
  async *compute(requests: AsyncIterable<ComputeRequest>): AsyncGenerator<ComputeResponse> {
    if (this.streams >= STREAMS_MAX) throw new ReplicaBusyError(STREAMS_MAX)
    this.streams++
    try {
      yield* answerShards(requests, this.tools)
    } finally {
      this.streams--
    }
  }
}
