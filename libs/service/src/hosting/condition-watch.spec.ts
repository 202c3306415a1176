import type { StoreHealth } from '@freshet/online-store'
import { fakeClock } from '@freshet/testing'
import { pino } from 'pino'
import { Complaints } from '../runtime/complaints'
import { dataSetHealthName, isServed } from '../client/probe'
import { PROGRESS_HEALTH_NAME, STORE_HEALTH_NAME, watchConditions, type ConditionWatch } from './condition-watch'
import { bareRuntime, serveEcho } from './echo.fixture'
import { LOG_HEALTH_NAME } from './log-watch'

const WELL: StoreHealth = { isServing: true, reason: undefined, sinceMs: 0 }
const ILL: StoreHealth = { isServing: false, reason: 'no server at cache:6379', sinceMs: 7 }
const STANDS = { what: 'the features of partition 3 stand still', because: 'its log is another one', sinceMs: 7 }

function watch(conditions: Pick<ConditionWatch, 'store' | 'complaints'>) {
  const clock = fakeClock()
  const [turns, lines, stop] = [[] as string[], [] as string[], new AbortController()]
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) })
  const onTurn = (name: string, isServing: boolean): void => void turns.push(`${name} ${isServing}`)
  const ended = watchConditions({ ...conditions, clock, logger, signal: stop.signal, onTurn })
  return { turns, lines, look: () => clock.advance(1000), end: () => (stop.abort(), ended) }
}

it('the names that probes ask by are those of every release', () => {
  expect([LOG_HEALTH_NAME, STORE_HEALTH_NAME, PROGRESS_HEALTH_NAME, dataSetHealthName('shop')]).toEqual([
    'freshet.log',
    'freshet.store',
    'freshet.progress',
    'data/shop',
  ])
})

describe('a watch over what a process leans on and complains of', () => {
  it('tells of the store at the first look, and then what changes, and says so in the log', async () => {
    let health = WELL
    const { turns, lines, look, end } = watch({ store: { health: () => health } })
    await look()
    health = ILL
    await look()
    await look()
    health = WELL
    await look()
    await end()
    expect(turns).toEqual([true, false, true].map((turn) => `${STORE_HEALTH_NAME} ${turn}`))
    expect(lines).toEqual(['the online store does not answer; trying again', 'the online store answers again'])
  })

  it('tells that something stands still for as long as any service complains', async () => {
    const complaints = new Complaints()
    let found = [STANDS, { ...STANDS, what: 'another' }]
    complaints.hear(() => found)
    complaints.hear(() => [])
    const { turns, lines, look, end } = watch({ complaints })
    found = [STANDS]
    await look()
    found = []
    await look()
    await end()
    expect(turns).toEqual([false, true].map((turn) => `${PROGRESS_HEALTH_NAME} ${turn}`))
    expect(lines).toEqual(['something does not go on', 'all of it goes on again'])
  })

  it('has nothing to say of a store within the process', async () => {
    const { turns, look, end } = watch({ store: {} })
    await look()
    await end()
    expect(turns).toEqual([])
  })
})

describe('a process of which something does not go on', () => {
  it('serves and says so: degraded, with what and why, and NOT_SERVING under the name for that alone', async () => {
    const complaints = new Complaints()
    const store = { health: () => ILL } as never
    await using served = await serveEcho({ ...bareRuntime(), complaints, store })
    const healthz = async (): Promise<unknown> => {
      const answer = await fetch(`http://${served.httpAddress ?? ''}/healthz`)
      return { code: answer.status, ...((await answer.json()) as object) }
    }
    expect(await healthz()).toMatchObject({ code: 200, status: 'serving', store: ILL })
    expect(await isServed(served.grpcAddress, STORE_HEALTH_NAME)).toBe(false)
    expect(await isServed(served.grpcAddress, PROGRESS_HEALTH_NAME)).toBe(true)
    complaints.hear(() => [STANDS])
    expect(await healthz()).toMatchObject({ code: 200, status: 'degraded', complaints: [STANDS] })
    while (await isServed(served.grpcAddress, PROGRESS_HEALTH_NAME)) await new Promise(setImmediate)
    expect(await isServed(served.grpcAddress, '')).toBe(true)
  })
})
