import { setImmediate } from 'node:timers/promises'
import type { SharedEngine } from '@freshet/learner'
import type { StartThread } from '@freshet/learner'
import { THREADS, withReplica } from './crews'
import type { RemoteReplica } from './remote-replica'

/** A crew that only counts. */
function counted() {
  const done: string[] = []
  const crew = {
    size: 1,
    workers: [] as number[],
    async scaleTo(size: number) {
      crew.size = size
      crew.workers = Array.from({ length: size - 1 }, (_, i) => i + 1)
      done.push(`scale ${size}`)
    },
    async kill(worker: number) {
      crew.workers = crew.workers.filter((each) => each !== worker)
      crew.size = 1 + crew.workers.length
      done.push('kill')
    },
    async invite(_: StartThread) {
      done.push('invite')
      return 1
    },
    dismiss: () => undefined,
    isClosed: false,
  }
  return { engine: { crew } satisfies Pick<SharedEngine, 'crew'>, done }
}

const STEPS = 12

async function lived(name: string): Promise<{ done: string[]; sizes: number[] }> {
  const { engine, done } = counted()
  const sizes: number[] = []
  for (let step = 0; step < STEPS; step++) {
    await THREADS.find((crew) => crew.name === name)?.before(engine, step)
    await setImmediate() // a kill falls into the step
    sizes.push(engine.crew.size)
  }
  return { done, sizes }
}

describe('the crews of a comparison', () => {
  it.each([
    ['one worker', [1]],
    ['two workers', [2]],
    ['four workers', [4]],
  ])('%s stay as many', async (name, expected) => {
    expect([...new Set((await lived(name)).sizes)]).toEqual(expected)
  })

  it('join and leave at every step, up to four', async () => {
    const { sizes } = await lived('joins and leaves under way')
    expect(new Set(sizes)).toEqual(new Set([1, 2, 3, 4]))
    expect(sizes.every((size, i) => size !== sizes[i - 1])).toBe(true)
  })

  it('die once a step, after it has begun, and are replaced before the next', async () => {
    const { done, sizes } = await lived('kills under way')
    expect(done.filter((what) => what === 'kill')).toHaveLength(STEPS)
    expect(new Set(sizes)).toEqual(new Set([2]))
  })

  it('have their replica killed and started again, and count as shown only when it was admitted twice', async () => {
    const { engine, done } = counted()
    const replica = { address: '127.0.0.1:1', start: async () => void done.push('start'), kill: async () => void done.push('kill') }
    const crew = withReplica(replica as unknown as RemoteReplica, 'ab', { killedAt: 2, startedAt: 4, patienceMs: 0 })
    for (let step = 0; step < 6; step++) {
      await crew.before(engine, step)
      await setImmediate()
      done.push(`step ${step}`)
    }
    expect(done.join()).toBe('start,invite,step 0,step 1,kill,step 2,step 3,start,step 4,step 5')
    expect(crew.isShown?.()).toBe(false)
  })
})
