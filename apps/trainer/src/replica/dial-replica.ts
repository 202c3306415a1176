import type { ComputeRequest, ComputeResponse } from '@freshet/contracts'
import { ReplicaClient } from '@freshet/contracts/services'
import { UnavailableError } from '@freshet/kernel'
import type { DialReplica, ReplicaLine } from '@freshet/learner'
import { connect, remoteError } from '@freshet/service/runtime'

/** Lines to the replica at an address: each a gRPC stream on a connection of its own. Runs in the carriers' threads, see `carrierTo`. */
export const dialReplica =
  (address: string): DialReplica =>
  () => {
    const client = connect(ReplicaClient, address)
    return new GrpcLine(client, address)
  }

/** What is sent and not yet taken is at most one shard's inputs: whoever sends waits for their answer. So nothing waits for room. */
class GrpcLine implements ReplicaLine {
  private readonly call: ReturnType<ReplicaClient['compute']>
  private readonly answers: AsyncIterator<ComputeResponse>

  constructor(
    private readonly client: ReplicaClient,
    private readonly address: string,
  ) {
    this.call = client.compute()
    this.call.on('error', () => undefined) // `next` throws it
    this.answers = this.call[Symbol.asyncIterator]() as AsyncIterator<ComputeResponse>
  }

  send(request: ComputeRequest): void {
    if (this.call.writable) this.call.write(request)
  }

  async next(): Promise<ComputeResponse> {
    const answer = await this.answers.next().catch((error: unknown) => {
      const failure = remoteError('Compute', error as Parameters<typeof remoteError>[1], this.address)
      throw failure.code === 'UNAVAILABLE' ? this.isAway('start it: npx freshet replica') : failure
    })
    if (answer.done) throw this.isAway('it has left, and is dialled again')
    return answer.value
  }

  close(): void {
    this.call.cancel()
    this.client.close()
  }

  private isAway(remedy: string): UnavailableError {
    return new UnavailableError(`the replica at ${this.address}`, remedy)
  }
}
