import type { ComputeRequest, ComputeResponse, TensorPiece } from '@freshet/contracts'
import { InvalidFieldError, PreconditionError } from '@freshet/kernel'
import { type CompileGraph, type Feed, type GraphRunner, type GraphSpec, inputName } from '@freshet/tensor'
import { piecesOf, TensorInbox } from './tensor-pieces'

/** The graph that a replica builds from its own declaration. */
export interface ReplicaGraph {
  /** SHA-256 of its ONNX bytes, hexadecimal. */
  readonly hash: string
  readonly gradient: GraphSpec
}

/** What a replica computes with. */
export interface ReplicaTools {
  /** What this process would learn with now. */
  graph(): Promise<ReplicaGraph>
  readonly compile: CompileGraph
}

/**
 * A replica's side of one stream: it computes shard after shard until the requests end. Between two streams it keeps nothing.
 *
 * throws  InvalidFieldError where another graph is meant, or something is sent that nobody reads; ShapeError, CorruptError, PreconditionError
 */
export async function* answerShards(requests: AsyncIterable<ComputeRequest>, tools: ReplicaTools): AsyncGenerator<ComputeResponse> {
  let desk: ShardDesk | undefined
  try {
    for await (const { request } of requests) {
      if (request?.$case === 'opening') {
        await desk?.release()
        desk = await ShardDesk.open(request.opening.graphHash, tools)
        yield { response: { $case: 'ready', ready: {} } }
        continue
      }
      if (!desk) throw new PreconditionError('a stream begins with an opening', 'send the hash of the graph first')
      if (request?.$case === 'piece') desk.take(request.piece)
      if (request?.$case !== 'run') continue
      const { number, inputs } = request.run
      const shapes = inputs.map(({ name, lengths }) => [name, lengths] as const)
      for (const [name, values] of Object.entries(await desk.run(shapes))) {
        for (const piece of piecesOf(name, values)) yield { response: { $case: 'piece', piece } }
      }
      yield { response: { $case: 'done', done: { number } } }
    }
  } finally {
    await desk?.release()
  }
}

/** The graph of one stream, and what has come for it. */
class ShardDesk {
  private readonly inbox: TensorInbox

  private constructor(
    gradient: GraphSpec,
    private readonly runner: GraphRunner,
  ) {
    this.inbox = new TensorInbox(gradient.inputs.map(inputName))
  }

  static async open(meant: string, { graph, compile }: ReplicaTools): Promise<ShardDesk> {
    const { hash, gradient } = await graph()
    if (meant === hash) return new ShardDesk(gradient, await compile(gradient))
    const rule = `this replica builds ${hash} from its own dictionary`
    const remedy = 'give both processes the same dictionary, model and version of Freshet'
    throw new InvalidFieldError({ field: 'graph_hash', value: meant, rule, remedy })
  }

  take(piece: TensorPiece): void {
    this.inbox.take(piece)
  }

  run(shapes: readonly (readonly [name: string, shape: readonly number[]])[]): Promise<Record<string, Float32Array>> {
    const feeds = shapes.map(([name, shape]): [string, Feed] => [name, { data: this.inbox.whole(name), shape }])
    return this.runner.run(Object.fromEntries(feeds))
  }

  release(): Promise<void> {
    return this.runner.release()
  }
}
