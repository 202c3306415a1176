import type { ComputeRequest, ComputeResponse } from '@freshet/contracts'
import { fakeClock } from '@freshet/testing'
import { add, type Feed, input, interpretGraph, multiply, reduceSum } from '@freshet/tensor'
import { FakeReplica, GRAPH_HASH } from './fake-replica.fixture'
import { RemoteRunner } from './remote-runner'
import type { ReplicaLine } from './replica-line'
import { piecesOf } from './tensor-pieces'

const dense = input('dense', [2])
const rows = input('rows', ['B', 2])
const gradient = {
  name: 'small gradient',
  inputs: [dense, rows],
  outputs: { scores: multiply(rows, dense), loss: reduceSum(add(rows, dense), [0, 1]) },
}
const DENSE = Float32Array.of(2, 3)
const feeds = (...values: number[]): Record<string, Feed> => ({
  dense: { data: DENSE, shape: [2] },
  rows: { data: Float32Array.from(values), shape: [values.length / 2, 2] },
})

function room() {
  const clock = fakeClock()
  const replica = new FakeReplica(gradient)
  return { clock, replica, open: () => RemoteRunner.open(replica.dial(), { gradient, hash: GRAPH_HASH, answerMs: 500, clock }) }
}

/** A line on which a replica says what the test says. */
const scripted = (...answers: ComputeResponse['response'][]): ReplicaLine & { sent: ComputeRequest[] } => ({
  sent: [],
  send(request) {
    this.sent.push(request)
  },
  next: async () => ({ response: answers.shift() }),
  close: () => undefined,
})

const ready = { $case: 'ready' as const, ready: {} }
const done = (number: number) => ({ $case: 'done' as const, done: { number } })
const piece = (name: string, length: number) => ({ $case: 'piece' as const, piece: [...piecesOf(name, new Float32Array(length))][0] })

describe('a graph that a replica runs', () => {
  it('gives what it would give here, whatever the length of a shard', async () => {
    const { open } = room()
    const [runner, here] = [await open(), await interpretGraph(gradient)]
    for (const values of [
      [1, 2, 3, 4],
      [5, 6],
      [7, 8, 9, 10],
    ]) {
      const outputs = await runner.run(feeds(...values))
      expect(outputs).toEqual(await here.run(feeds(...values)))
    }
  })

  it('sends an array that is the very one of the run before only once', async () => {
    const { open, replica } = room()
    const runner = await open()
    await runner.run(feeds(1, 2))
    await runner.run(feeds(3, 4))
    await runner.run({ ...feeds(3, 4), dense: { data: DENSE.slice(), shape: [2] } })
    expect(replica.received).toEqual(['dense', 'rows', 'rows', 'dense', 'rows'])
  })

  it('tells the error of a replica that builds another graph: field, value, rule, remedy', async () => {
    const { open, replica } = room()
    replica.hash = 'cd'.repeat(32)
    await expect(open()).rejects.toThrow(
      `graph_hash is '${GRAPH_HASH}', but this replica builds ${replica.hash} from its own dictionary; give both processes the same dictionary, model and version of Freshet`,
    )
  })

  it('refuses feeds that the graph does not read before anything is sent', async () => {
    const { open, replica } = room()
    const runner = await open()
    await expect(runner.run({ dense: feeds(1, 2).dense })).rejects.toThrow("'rows' is read; feed it")
    expect(replica.received).toEqual([])
  })

  it('gives a line up where no answer comes in time', async () => {
    const { open, replica, clock } = room()
    const runner = await open()
    replica.isSlow = true
    const late = runner.run(feeds(1, 2))
    const outcome = expect(late).rejects.toThrow('the replica is not available; it has not answered within 500 ms, and is dialled again')
    await clock.advance(499)
    expect(replica.runs).toBe(1)
    await clock.advance(1)
    await outcome
    replica.answer()
    await expect(runner.run(feeds(1, 2))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('keeps the line of a replica that has answered, however long nothing is asked of it', async () => {
    const { open, replica, clock } = room()
    const runner = await open()
    const outputs = await runner.run(feeds(1, 2))
    await clock.advance(120_000) // longer than an opening may take
    expect(await runner.run(feeds(1, 2))).toEqual(outputs)
    expect(replica.runs).toBe(2)
  })

  it('gives an opening more time than a run', async () => {
    const clock = fakeClock()
    const silent: ReplicaLine = { ...scripted(), next: () => new Promise(() => undefined) }
    let closed = 0
    const line: ReplicaLine = {
      ...silent,
      next: () => new Promise((_, reject) => (silent.close = () => reject(new RangeError('closed')))),
      close: () => (closed++, silent.close()),
    }
    const opening = RemoteRunner.open(line, { gradient, hash: GRAPH_HASH, answerMs: 500, clock })
    const outcome = expect(opening).rejects.toThrow('it has not answered within 60000 ms')
    await clock.advance(59_999)
    expect(closed).toBe(0)
    await clock.advance(1)
    await outcome
  })

  it.each<[string, ComputeResponse['response'][], RegExp]>([
    ['a first answer that is none', [undefined], /its first answer is not that it is ready; run the same version/],
    ['the answer to another run', [ready, done(2)], /its answer is not that of run 1/],
    ['an output that is missing', [ready, piece('scores', 2), done(1)], /tensor loss on its way: 0 of its unknown floats/],
    ['an output of another length', [ready, piece('scores', 4), piece('loss', 1), done(1)], /its scores has 4 floats, not 2/],
    ['an output that the graph does not have', [ready, piece('spoils', 4)], /name of a tensor is 'spoils', but only scores, loss are read/],
  ])('refuses %s', async (_, answers, reason) => {
    const graph = { gradient, hash: GRAPH_HASH, answerMs: 500, clock: fakeClock() }
    await expect(RemoteRunner.open(scripted(...answers), graph).then((runner) => runner.run(feeds(1, 2)))).rejects.toThrow(reason)
  })
})
