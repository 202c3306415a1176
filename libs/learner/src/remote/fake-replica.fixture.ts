import { PassThrough } from 'node:stream'
import { ComputeRequest, ComputeResponse } from '@freshet/contracts'
import { UnavailableError } from '@freshet/kernel'
import { type CompileGraph, type GraphSpec, interpretGraph } from '@freshet/tensor'
import { answerShards } from './answer-shards'
import type { ReplicaLine } from './replica-line'

/** The hash of whatever graph a test has. */
export const GRAPH_HASH = 'ab'.repeat(32)

/** A replica without a network: the product's own side of the stream, which a test makes slow, lying, mistaken, or takes away. */
export class FakeReplica {
  isAway = false
  /** Whether its runs wait until {@link answer}. */
  isSlow = false
  /** Whether what it computes is wrong in one bit of one output. */
  isLying = false
  hash = GRAPH_HASH
  dials = 0
  /** Runs that were asked for. */
  runs = 0
  /** Names of the tensors that came in pieces. */
  readonly received: string[] = []
  private readonly waiting: (() => void)[] = []
  private readonly breaks = new Set<(error: Error) => void>()

  constructor(private readonly gradient: GraphSpec) {}

  readonly dial = (): ReplicaLine => {
    this.dials++
    const requests = new PassThrough({ objectMode: true })
    const tools = { graph: async () => ({ hash: this.hash, gradient: this.gradient }), compile: this.compile }
    const answers = answerShards(requests, tools)[Symbol.asyncIterator]()
    let hangUp = (_: Error): void => undefined
    const broken = new Promise<never>((_, reject) => (hangUp = reject))
    broken.catch(() => undefined)
    const end = (error: Error): void => {
      hangUp(error)
      requests.end()
    }
    this.breaks.add(end)
    if (this.isAway) end(away())
    return {
      send: (request) => {
        if (request.request?.$case === 'piece' && request.request.piece.offset === 0) this.received.push(request.request.piece.name)
        if (requests.writable) requests.write(ComputeRequest.decode(ComputeRequest.encode(request).finish()))
      },
      next: async () => {
        const { value, done } = await Promise.race([answers.next(), broken])
        if (done) throw away()
        return ComputeResponse.decode(ComputeResponse.encode(value as ComputeResponse).finish())
      },
      close: () => end(away()),
    }
  }

  /** Lets the runs that wait go on. */
  answer(): void {
    for (const go of this.waiting.splice(0)) go()
  }

  /** Ends all lines in the midst of whatever is on them; it is dialled again. */
  die(): void {
    for (const end of this.breaks) end(away())
    this.breaks.clear()
    this.answer()
  }

  private readonly compile: CompileGraph = async (spec) => {
    const runner = await interpretGraph(spec)
    return {
      release: () => runner.release(),
      run: async (feeds) => {
        this.runs++
        if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve))
        const outputs = await runner.run(feeds)
        if (this.isLying) new Uint32Array(outputs.scores.buffer, outputs.scores.byteOffset)[0] ^= 1
        return outputs
      },
    }
  }
}

const away = (): UnavailableError => new UnavailableError('a replica', 'it is dialled again')
