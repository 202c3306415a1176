import type { ComputeRequest } from '@freshet/contracts'
import { input, interpretGraph, scale } from '@freshet/tensor'
import { ReplicaController } from './replica.controller'

const x = input('x', ['B'])
const gradient = { name: 'twice', inputs: [x], outputs: { y: scale(x, 2) } }
const HASH = 'ab'.repeat(32)

const controllerOf = () => new ReplicaController({ graph: async () => ({ hash: HASH, gradient }), compile: interpretGraph })

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
