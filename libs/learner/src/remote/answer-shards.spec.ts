import type { ComputeRequest, ComputeResponse } from '@freshet/contracts'
import { type CompileGraph, input, interpretGraph, scale } from '@freshet/tensor'
import { answerShards } from './answer-shards'
import { piecesOf } from './tensor-pieces'

const x = input('x', ['B', 1])
const graph = { name: 'double', inputs: [x], outputs: { y: scale(x, 2) } }
const HASH = 'ef'.repeat(32)

const opening = (graphHash = HASH): ComputeRequest => ({ request: { $case: 'opening', opening: { graphHash } } })
const fed = (name: string, ...values: number[]): ComputeRequest => ({
  request: { $case: 'piece', piece: [...piecesOf(name, Float32Array.from(values))][0] },
})
const run = (number: number, ...lengths: number[]): ComputeRequest => ({
  request: { $case: 'run', run: { number, inputs: [{ name: 'x', lengths }] } },
})

function room() {
  const open = new Set<number>()
  let compiled = 0
  const compile: CompileGraph = async (spec) => {
    const runner = await interpretGraph(spec)
    const nth = ++compiled
    open.add(nth)
    return { run: (feeds) => runner.run(feeds), release: async () => void open.delete(nth) }
  }
  return { open, tools: { graph: async () => ({ hash: HASH, gradient: graph }), compile } }
}

async function* sent(...requests: ComputeRequest[]): AsyncGenerator<ComputeRequest> {
  yield* requests
}

async function answersTo(requests: ComputeRequest[], { tools } = room()): Promise<ComputeResponse['response'][]> {
  const answers: ComputeResponse['response'][] = []
  for await (const { response } of answerShards(sent(...requests), tools)) answers.push(response)
  return answers
}

const floatsOf = (answer: ComputeResponse['response']): number[] =>
  answer?.$case === 'piece' ? [...new Float32Array(Uint8Array.from(answer.piece.values).buffer)] : []

describe('a replica', () => {
  it('says that it is ready, then answers run after run, each with its number', async () => {
    const answers = await answersTo([opening(), fed('x', 1, 2), run(1, 2, 1), fed('x', 5), run(2, 1, 1)])
    expect(answers.map((answer) => answer?.$case)).toEqual(['ready', 'piece', 'done', 'piece', 'done'])
    expect([floatsOf(answers[1]), floatsOf(answers[3])]).toEqual([[2, 4], [10]])
    expect(answers[4]).toEqual({ $case: 'done', done: { number: 2 } })
  })

  it('takes what was sent before again', async () => {
    const answers = await answersTo([opening(), fed('x', 1, 2), run(1, 2, 1), run(2, 2, 1)])
    expect(floatsOf(answers[3])).toEqual([2, 4])
  })

  it.each<[string, ComputeRequest[], string]>([
    ['another graph', [opening('00')], `graph_hash is '00', but this replica builds ${HASH} from its own dictionary`],
    ['a run before an opening', [run(1, 1, 1)], 'a stream begins with an opening; send the hash of the graph first'],
    ['a tensor that its graph does not read', [opening(), fed('z', 1)], "name of a tensor is 'z', but only x are read"],
    ['a run whose tensor has not come', [opening(), run(1, 1, 1)], '0 of its unknown floats have come'],
    ['a shape that is not the graph’s', [opening(), fed('x', 1, 2), run(1, 1, 2)], "feed 'x' of double"],
    ['a shape that is not the tensor’s', [opening(), fed('x', 1, 2), run(1, 3, 1)], '3 cells'],
  ])('refuses %s', async (_, requests, reason) => {
    const where = room()
    await expect(answersTo(requests, where)).rejects.toThrow(reason)
    expect(where.open.size).toBe(0)
  })

  it('lets go of its graph when the stream ends, and when it is opened anew', async () => {
    const where = room()
    expect(await answersTo([opening(), opening(), fed('x', 1), run(1, 1, 1)], where)).toHaveLength(4)
    expect(where.open.size).toBe(0)
  })
})
