import { crc32 } from 'node:zlib'
import type { ComputeRequest, TensorPiece } from '@freshet/contracts'
import { input, interpretGraph, scale } from '@freshet/tensor'
import { ReplicaController } from './replica.controller'

const x = input('x', ['B'])
const gradient = { name: 'twice', inputs: [x], outputs: { y: scale(x, 2) } }
const HASH = 'ab'.repeat(32)

const controllerOf = () => new ReplicaController({ graph: async () => ({ hash: HASH, gradient }), compile: interpretGraph })

/** A tensor x, as one piece. */
function piecesOf(values: Float32Array): TensorPiece[] {
  const bytes = new Uint8Array(values.buffer)
  return [{ name: 'x', length: values.length, offset: 0, values: bytes, crc32: crc32(bytes) }]
}

/** A caller that opens a stream and then says nothing, until it hangs up. */
function caller() {
  let hangUp = (): void => undefined
  const silent = new Promise<void>((resolve) => (hangUp = resolve))
  async function* requests(): AsyncGenerator<ComputeRequest> {
    yield { request: { $case: 'opening', opening: { graphHash: HASH } } }
    await silent
  }
  return { requests: requests(), hangUp }
}

describe('a replica’s controller', () => {
  it('says how many streams are open, and how many shards it has computed for all of them', async () => {
    const controller = controllerOf()
    const run = (number: number): ComputeRequest => ({ request: { $case: 'run', run: { number, inputs: [{ name: 'x', lengths: [1] }] } } })
    async function* requests(): AsyncGenerator<ComputeRequest> {
      yield { request: { $case: 'opening', opening: { graphHash: HASH } } }
      for (const piece of piecesOf(Float32Array.of(3))) yield { request: { $case: 'piece', piece } }
      yield* [run(1), run(2)]
    }
    const answers = controller.compute(requests())
    await answers.next()
    expect(controller.getStatus()).toEqual({ streams: 1, shards: 0 })
    while (!(await answers.next()).done);
    expect(controller.getStatus()).toEqual({ streams: 0, shards: 2 })
  })

  it('serves four streams, refuses the fifth as one to be tried again, and takes another when one has ended', async () => {
    const controller = controllerOf()
    const callers = Array.from({ length: 4 }, caller)
    const streams = callers.map(({ requests }) => controller.compute(requests))
    for (const stream of streams) expect((await stream.next()).value).toEqual({ response: { $case: 'ready', ready: {} } })
    await expect(controller.compute(caller().requests).next()).rejects.toMatchObject({
      ...{ code: 'OVERLOADED', retryable: true },
      message: 'this replica serves 4 streams, which is all it can; ask again later, or start another replica',
    })
    callers[2].hangUp()
    expect((await streams[2].next()).done).toBe(true)
    const late = controller.compute(caller().requests)
    expect((await late.next()).done).toBe(false)
  })
})
