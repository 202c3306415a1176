import { CorruptError, UnavailableError } from '@freshet/kernel'
import { fakeClock } from '@freshet/testing'
import { StatusMemory } from './status-memory'

const config = { log: 'kafka://broker:9092' }
const REASON = 'Kafka at broker:9092 is not available'
const NOW = { logProblem: '', storeProblem: '', asOfMs: 0 }
const never = (): Promise<never> => new Promise(() => undefined)

/** A service whose log, store and answers a test decides on. */
function stage(options: { readonly readsStore?: boolean } = {}) {
  const clock = fakeClock(1000)
  const state = { isServing: true, unansweredMs: 0, ask: (): Promise<number> => Promise.resolve(1), asked: 0 }
  const health = () => {
    const { isServing, unansweredMs } = state
    return { isServing, unansweredMs, reason: isServing ? undefined : REASON, sinceMs: 0, warnings: [] }
  }
  const ask = (): Promise<number> => {
    state.asked++
    return state.ask()
  }
  return { clock, state, memory: new StatusMemory({ runtime: { log: { health }, config, clock }, ask, ...options }) }
}

describe('the status of a service', () => {
  it('is of now while the log answers, asked for each time', async () => {
    const { memory, state } = stage()
    expect(await memory.read()).toEqual({ value: 1, standing: NOW })
    state.ask = async () => 2
    expect(await memory.read()).toEqual({ value: 2, standing: NOW })
  })

  it('is what it last was while the log is away, with the reason and the time', async () => {
    const { memory, state, clock } = stage()
    await memory.read()
    await clock.advance(5000)
    Object.assign(state, { isServing: false, ask: never })
    const asked = memory.read()
    await clock.advance(250)
    expect(await asked).toEqual({ value: 1, standing: { logProblem: REASON, storeProblem: '', asOfMs: 1000 } })
  })

  it('falls back as soon as a log is known to be silent that was not when it was asked', async () => {
    const { memory, state, clock } = stage()
    await memory.read()
    state.ask = never
    const asked = memory.read()
    await clock.advance(3000)
    state.unansweredMs = 4500
    await clock.advance(250)
    expect((await asked).standing).toEqual({
      logProblem: expect.stringContaining('kafka://broker:9092 takes requests and no longer answers'),
      ...{ storeProblem: '', asOfMs: 1000 },
    })
  })

  it('asks a silent log one question at a time, and is of now again once that is answered', async () => {
    const { memory, state, clock } = stage()
    await memory.read()
    let answer = (_: number): void => undefined
    Object.assign(state, { isServing: false, ask: () => new Promise<number>((resolve) => (answer = resolve)) })
    for (let i = 0; i < 3; i++) {
      const asked = memory.read()
      await clock.advance(250)
      await asked
    }
    expect(state.asked).toBe(2)
    const last = memory.read()
    state.isServing = true
    answer(7)
    expect(await last).toEqual({ value: 7, standing: NOW })
  })

  it('waits for a service that is slow beside a log that answers', async () => {
    const { memory, state, clock } = stage()
    await memory.read()
    let answer = (_: number): void => undefined
    state.ask = () => new Promise((resolve) => (answer = resolve))
    const asked = memory.read()
    await clock.advance(60_000)
    answer(9)
    expect(await asked).toEqual({ value: 9, standing: NOW })
  })

  it('names the log where nothing was ever known', async () => {
    const { memory, state, clock } = stage()
    Object.assign(state, { isServing: false, ask: never })
    const asked = memory.read()
    const refused = expect(asked).rejects.toThrow(new UnavailableError('the log', REASON).message)
    await clock.advance(250)
    await refused
  })

  it('is what it last was where the store fails, of services that read it', async () => {
    const { memory, state } = stage({ readsStore: true })
    await memory.read()
    const failure = new UnavailableError('redis://cache', 'see that it runs')
    state.ask = () => Promise.reject(failure)
    expect(await memory.read()).toEqual({ value: 1, standing: { logProblem: '', storeProblem: failure.message, asOfMs: 1000 } })
  })

  it('hides no failure of the service itself', async () => {
    const reader = stage({ readsStore: true })
    await reader.memory.read()
    reader.state.ask = () => Promise.reject(new CorruptError('a version', 'it is torn', 'restore it'))
    await expect(reader.memory.read()).rejects.toThrow('it is torn')
    const { memory, state } = stage()
    await memory.read()
    state.ask = () => Promise.reject(new UnavailableError('the trainer', 'it is starting'))
    await expect(memory.read()).rejects.toThrow('it is starting')
  })
})
