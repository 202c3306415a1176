import type { trainer } from '@freshet/contracts/services'
import { openMemoryLog } from '@freshet/event-log/memory'
import { openMemoryStore } from '@freshet/online-store/memory'
import { fakeClock } from '@freshet/testing'
import type { TrainerStatus } from '@freshet/training'
import { trainUntil } from './training-progress'

const START = { events: 0, touches: 0, catalog: 0 }
const EXAMPLES = { topic: 'examples', partition: 0 }
const record = { key: 'u', value: new Uint8Array(1) }

/** One partition whose stages are moved on by hand. */
function openStages() {
  const [log, store, clock] = [openMemoryLog({ partitions: { events: 1, examples: 1 } }), openMemoryStore({ partitions: 1 }), fakeClock()]
  const stages = { learned: 0, versions: 0, position: START }
  const status = async () =>
    ({ examples: stages.learned, lag: [(await log.next(EXAMPLES)) - stages.learned], step: 1 }) as unknown as TrainerStatus
  return {
    ...{ log, store, clock, stages, status },
    checkpoint: async () => stages.versions++,
    /** Folds the next event, which yields one example. */
    async fold(publishedBelow: number) {
      const next = { ...stages.position, events: stages.position.events + 1 }
      await store.commit(0, { expect: stages.position, next, puts: [], outbox: [{ ...record, to: EXAMPLES }], publishedBelow })
      stages.position = next
    },
    publish: () => log.append(EXAMPLES, [record]),
  }
}

/** The answers as they come, the next one after a quarter of a second each. */
function watch(stages: ReturnType<typeof openStages>, until: number[], stop = new AbortController()) {
  const answers = trainUntil(stages, until, stop.signal)
  return async (): Promise<trainer.TrainResponse | undefined> => {
    const next = answers.next()
    next.catch(() => undefined) // seen below
    await stages.clock.advance(250)
    return (await next).value as trainer.TrainResponse | undefined
  }
}

describe('the progress of training', () => {
  it('is done once what the events caused is folded, published and learned, and a version has it', async () => {
    const stages = openStages()
    const next = watch(stages, [1])
    expect((await next())?.done).toBe(false)
    await stages.fold(0)
    expect((await next())?.done).toBe(false)
    await stages.publish()
    await stages.fold(1)
    expect(await next()).toMatchObject({ done: false, examples: 0, examplesTotal: 1 })
    stages.stages.learned = 1
    expect([await next(), stages.stages.versions]).toEqual([expect.objectContaining({ done: true, examples: 1 }), 1])
    expect(await next()).toBeUndefined()
  })

  it('does not wait for what comes after those events, however much there is', async () => {
    const stages = openStages()
    const next = watch(stages, [1])
    for (let i = 0; i < 3; i++) {
      await stages.fold(i)
      await stages.publish()
    }
    expect(await next()).toMatchObject({ done: false, examplesTotal: 3 })
    await stages.fold(3)
    expect((await next())?.done).toBe(false)
    await stages.log.append(EXAMPLES, [record, record])
    stages.stages.learned = 3
    expect(await next()).toMatchObject({ done: true, examplesTotal: 5 })
  })

  it('means all that is there now where no ends are given', async () => {
    const stages = openStages()
    await stages.log.append({ topic: 'events', partition: 0 }, [record])
    const next = watch(stages, [])
    expect((await next())?.done).toBe(false)
  })

  it.each<[string, (stages: ReturnType<typeof openStages>) => Promise<unknown>, RegExp]>([
    ['ingest', async () => undefined, /1 events below 'until' were never accepted; give the ends/],
    ['the feature store', (stages) => stages.log.append({ topic: 'events', partition: 0 }, [record]), /1 events are not folded/],
    [
      'the outbox',
      async (stages) => {
        await stages.log.append({ topic: 'events', partition: 0 }, [record])
        await stages.fold(0)
      },
      /what the events completed is not published; start the feature store/,
    ],
    [
      'the trainer',
      async (stages) => {
        await stages.log.append({ topic: 'events', partition: 0 }, [record])
        await stages.fold(0)
        await stages.publish()
        const expect = { ...START, events: 1 }
        await stages.store.commit(0, { expect, next: { ...expect, catalog: 1 }, puts: [], outbox: [], publishedBelow: 1 })
      },
      /1 records of examples are not learned; see by 'freshet status' which trainer owns/,
    ],
  ])('gives up after a minute in which %s does not go on, and says so', async (_, prepare, message) => {
    const stages = openStages()
    await prepare(stages)
    const next = watch(stages, [1])
    const answers = async (): Promise<number> => {
      for (let answered = 0; ; answered++) if ((await next()) === undefined) return answered
    }
    await expect(answers()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', message: expect.stringMatching(message) })
  })

  it('waits for as long as anything moves', async () => {
    const stages = openStages()
    const next = watch(stages, [600])
    for (let i = 0; i < 600; i++) {
      if (i % 100 === 0) await stages.fold(i)
      expect((await next())?.done).toBe(false)
    }
  })

  it.each([[[1, 2]], [[-1]], [[0.5]]])('refuses %j as ends', async (until) => {
    await expect(watch(openStages(), until)()).rejects.toMatchObject({ code: 'INVALID_FIELD', facts: { field: 'until' } })
  })

  it('ends without a last word when its caller has gone', async () => {
    const stop = new AbortController()
    const next = watch(openStages(), [1], stop)
    await next()
    stop.abort()
    expect(await next()).toBeUndefined()
  })
})
