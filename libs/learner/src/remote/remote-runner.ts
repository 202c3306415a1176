import { type Clock, CorruptError, UnavailableError } from '@freshet/kernel'
import { bindFeeds, bindSymbols, type Bindings, cellCount, type Feed, type GraphRunner, type GraphSpec, inputName } from '@freshet/tensor'
import type { ReplicaLine } from './replica-line'
import { piecesOf, TensorInbox } from './tensor-pieces'

/** What a remote runner works with. */
export interface RemoteGraph {
  readonly gradient: GraphSpec
  /** SHA-256 of its ONNX bytes, hexadecimal. */
  readonly hash: string
  /** How long the answer to a run may take: the line is given up then. */
  readonly answerMs: number
  readonly clock: Clock
}

const OPENING_MS = 60_000 // it builds and compiles its graph then, perhaps beside other work

/** A graph that a replica runs: one run at a time. */
export class RemoteRunner implements GraphRunner {
  private readonly inbox: TensorInbox
  private readonly sent = new Map<string, Float32Array>()
  private runs = 0

  private constructor(
    private readonly line: ReplicaLine,
    private readonly graph: RemoteGraph,
  ) {
    this.inbox = new TensorInbox(Object.keys(graph.gradient.outputs))
  }

  /** Says which graph is meant. Throws what the replica says where it builds another one; UnavailableError where nobody answers in time. */
  static async open(line: ReplicaLine, graph: RemoteGraph): Promise<RemoteRunner> {
    const runner = new RemoteRunner(line, graph)
    line.send({ request: { $case: 'opening', opening: { graphHash: graph.hash } } })
    const { response } = await runner.inTime(line.next(), OPENING_MS)
    if (response?.$case !== 'ready') strange('its first answer is not that it is ready')
    return runner
  }

  /**
   * Sends what the replica does not have yet, and gives what it answers: valid until the next run.
   *
   * cost    the feeds and outputs as bytes, once each; an array that is the very one of the last run is not sent again
   * throws  UnavailableError where no answer comes in time, CorruptError where it is not whole, and what the replica or the line throws
   */
  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Float32Array>> {
    const bindings = bindFeeds(this.graph.gradient, feeds)
    for (const name of this.graph.gradient.inputs.map(inputName)) this.send(name, feeds[name].data)
    const inputs = Object.entries(feeds).map(([name, { shape }]) => ({ name, lengths: [...shape] }))
    const number = ++this.runs
    this.line.send({ request: { $case: 'run', run: { number, inputs } } })
    await this.inTime(this.untilDone(number), this.graph.answerMs)
    return this.outputs(bindings)
  }

  /** Hangs up. */
  async release(): Promise<void> {
    this.line.close()
  }

  private send(name: string, data: Float32Array): void {
    if (this.sent.get(name) === data) return
    this.sent.set(name, data)
    for (const piece of piecesOf(name, data)) this.line.send({ request: { $case: 'piece', piece } })
  }

  private async untilDone(number: number): Promise<void> {
    for (;;) {
      const { response } = await this.line.next()
      if (response?.$case === 'piece') this.inbox.take(response.piece)
      else if (response?.$case !== 'done' || response.done.number !== number) strange(`its answer is not that of run ${number}`)
      else return
    }
  }

  private outputs(bindings: Bindings): Record<string, Float32Array> {
    const { outputs } = this.graph.gradient
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { shape }]) => {
        const values = this.inbox.whole(name)
        const cells = cellCount(bindSymbols(shape, bindings))
        if (values.length !== cells) strange(`its ${name} has ${values.length} floats, not ${cells}`)
        return [name, values]
      }),
    )
  }

  /** Hangs up where nothing comes for too long, which ends every wait for the line. */
  private async inTime<T>(answer: Promise<T>, boundMs: number): Promise<T> {
    const isThere = new AbortController()
    let isLate = false
    void this.graph.clock.sleep(boundMs, isThere.signal).then(() => {
      if (isThere.signal.aborted) return
      isLate = true
      this.line.close()
    })
    try {
      return await answer
    } catch (error) {
      throw isLate ? new UnavailableError('the replica', `it has not answered within ${boundMs} ms, and is dialled again`) : error
    } finally {
      isThere.abort()
    }
  }
}

function strange(reason: string): never {
  throw new CorruptError('answer of a replica', reason, 'run the same version of Freshet there')
}
