import type { LogHealth } from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import { fakeClock } from '@freshet/testing'
import { engineFigures, keepKnown, logProblem } from './engine-health'

const config = { log: 'kafka://user:word@broker:9092' }
const health = (given: Partial<LogHealth>) => ({
  health: (): LogHealth => ({ isServing: true, reason: undefined, sinceMs: 0, unansweredMs: 0, warnings: [], ...given }),
})
const AWAY = health({ isServing: false, reason: 'Kafka at broker:9092 is not available' })
const POSITIONS = { events: 0, touches: 0, catalog: 0, lineage: 'a' }

describe('what is wrong with the log', () => {
  it('is nothing while it answers, or lies within the process', () => {
    expect(logProblem({ log: health({ unansweredMs: 2500 }), config })).toBeUndefined()
    expect(logProblem({ log: {}, config })).toBeUndefined()
  })

  it('is what the engine says of itself', () => {
    expect(logProblem({ log: AWAY, config })).toBe('Kafka at broker:9092 is not available')
  })

  it('is its silence, where requests are taken and not answered, and names no password', () => {
    const problem = logProblem({ log: health({ unansweredMs: 4500 }), config })
    expect(problem).toMatch(/^kafka:\/\/\[hidden\]@broker:9092 takes requests and no longer answers them; /)
  })
})

describe('the metrics of log and store', () => {
  const sample = async (...engines: Parameters<typeof engineFigures>) =>
    (await engineFigures(...engines)).split('\n').filter((line) => /^[a-z]/.test(line))

  it('say 1 while both answer', async () => {
    const store = { positions: async () => POSITIONS }
    expect(await sample({ log: {}, config, store, clock: fakeClock() }, 'ingest')).toEqual([
      'freshet_log_serving{service="ingest"} 1',
      'freshet_store_serving{service="ingest"} 1',
    ])
  })

  it('say 0 of a log that is away, and of a store that fails or does not answer within a second', async () => {
    const clock = fakeClock()
    const failing = { positions: () => Promise.reject(new UnavailableError('Redis', 'see that it runs')) }
    const down = ['freshet_log_serving{service="x"} 0', 'freshet_store_serving{service="x"} 0']
    expect(await sample({ log: AWAY, config, store: failing, clock }, 'x')).toEqual(down)
    const silent = { positions: () => new Promise<never>(() => undefined) }
    const asked = sample({ log: AWAY, config, store: silent, clock }, 'x')
    await clock.advance(1000)
    expect(await asked).toEqual(down)
  })

  it('say nothing of a store where the process has none', async () => {
    expect(await sample({ log: {}, config, clock: fakeClock() }, 'replica')).toEqual(['freshet_log_serving{service="replica"} 1'])
  })
})

describe('what a process knows of a log elsewhere', () => {
  it('is asked for at once and every ten seconds, until it drains', async () => {
    const clock = fakeClock()
    const stop = new AbortController()
    let asked = 0
    const kept = keepKnown({ log: health({}), clock, signal: stop.signal }, async () => asked++)
    await clock.advance(25_000)
    expect(asked).toBe(3)
    stop.abort()
    await kept
  })

  it('is not asked for of a log within the process', async () => {
    await keepKnown({ log: {}, clock: fakeClock(), signal: new AbortController().signal }, () => Promise.reject(new Error('asked')))
  })
})
