import { Controller, Inject } from '@nestjs/common'
import { GrpcMethod, GrpcStreamCall } from '@nestjs/microservices'
import type { ComputeRequest, ComputeResponse } from '@freshet/contracts'
import type { replica } from '@freshet/contracts/services'
import { answerShards, type ReplicaTools } from '@freshet/learner'
import { ReplicaBusyError } from './errors'

/** The Nest token of a replica's {@link ReplicaTools}. */
export const REPLICA_TOOLS = Symbol('freshet.replica.tools')

const STREAMS_MAX = 4 // each has a thread, a session, and at most 256 MiB of inputs

/** Decode, compute, encode. */
@Controller()
export class ReplicaController {
  private streams = 0
  private shards = 0

  constructor(@Inject(REPLICA_TOOLS) private readonly tools: ReplicaTools) {}

  @GrpcStreamCall('Replica', 'Compute')
  async *compute(requests: AsyncIterable<ComputeRequest>): AsyncGenerator<ComputeResponse> {
    if (this.streams >= STREAMS_MAX) throw new ReplicaBusyError(STREAMS_MAX)
    this.streams++
    try {
      for await (const answer of answerShards(requests, this.tools)) {
        if (answer.response?.$case === 'done') this.shards++
        yield answer
      }
    } finally {
      this.streams--
    }
  }

  @GrpcMethod('Replica', 'GetStatus')
  getStatus(): replica.ReplicaGetStatusResponse {
    return { streams: this.streams, shards: this.shards }
  }
}
