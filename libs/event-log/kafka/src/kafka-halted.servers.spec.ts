import type { EventLog } from '@freshet/event-log'
import { isFreshetError } from '@freshet/kernel'
import { startKafkaBroker, type KafkaBroker } from '@freshet/testing'
import { openKafkaLog } from './kafka-log'

const DEADLINE_MS = 2000
const SLACK_MS = 1000 // of a busy machine; an attempt that nobody cuts takes from two to six seconds longer
const PARTITIONS = 4
const clicks = (partition: number) => ({ topic: 'clicks', partition })
const entry = (key: string) => ({ key, value: new Uint8Array(1) })

let broker: KafkaBroker
let trials = 0

jest.setTimeout(300_000)

beforeAll(async () => {
  broker = await startKafkaBroker()
})

afterAll(() => broker[Symbol.asyncDispose]())

const open = (openingMs: number): Promise<EventLog> =>
  openKafkaLog({
    brokers: [broker.address],
    prefix: `trial-${++trials}`,
    partitions: { clicks: PARTITIONS },
    deadlineMs: DEADLINE_MS,
    openingMs,
  })

/** What became of a request, and whether it was in time. */
async function inTime(request: Promise<unknown>): Promise<string> {
  const begunMs = performance.now()
  const outcome = await request.then(
    () => 'answered',
    (error: unknown) => (isFreshetError(error) ? error.code : String(error)),
  )
  const tookMs = performance.now() - begunMs
  return tookMs < DEADLINE_MS + SLACK_MS ? outcome : `${outcome} after ${Math.round(tookMs)} ms`
}

/** Whatever a log can be asked, all at once and as often as is said. */
async function askAll(log: EventLog, times = 1): Promise<readonly string[]> {
  const asked = Array.from({ length: times }, () => [
    log.append(clicks(0), [entry('a')]),
    log.append(clicks(0), [entry('b')]),
    log.appendIf(clicks(1), 0, entry('c')), // before the end: it has to look what stands there
    log.appendIf(clicks(2), 9, entry('d')), // beyond what is known: it has to ask for the end
    log.read(clicks(1), 1, { records: 1 }),
    log.read(clicks(1), -1, { records: 1 }), // as below what was trimmed
    log.next(clicks(1)),
    log.first(clicks(2)),
    log.trim(clicks(1), 1),
    log.reported('readers', clicks(1)),
  ])
  return Promise.all(asked.flat().map(inTime))
}

/** Resolves when all that a log can be asked of partition 3 is answered: there, nothing of before is under way. */
async function recovered(log: EventLog): Promise<void> {
  const ask = (): readonly Promise<unknown>[] => [
    log.append(clicks(3), [entry('a')]),
    log.read(clicks(3), 0, { records: 1 }),
    log.next(clicks(3)),
    log.reported('readers', clicks(3)),
  ]
  while (kinds(await Promise.all(ask().map(inTime))).join() !== 'answered');
}

const UNAVAILABLE = ['UNAVAILABLE']
const kinds = (outcomes: readonly string[]): readonly string[] => [...new Set(outcomes)]

describe('beside a broker that stands still', () => {
  it('every request ends at its deadline, with connections that stood and with those that it makes anew', async () => {
    await using log = await open(60_000)
    for (let partition = 0; partition < PARTITIONS; partition++) await log.append(clicks(partition), [entry('first')])
    broker.stop()
    try {
      expect(kinds(await askAll(log))).toEqual(UNAVAILABLE)
      expect(kinds(await askAll(log, 3))).toEqual(UNAVAILABLE)
    } finally {
      broker.cont()
    }
    await recovered(log)
    expect((await log.read(clicks(0), 0, { records: 1 })).map(({ key }) => key)).toEqual(['first'])
  })

  it('a log opens after one try, its requests end at their deadlines, and once the broker goes on they are answered', async () => {
    broker.stop()
    const opening = open(0)
    try {
      expect(await inTime(opening)).toBe('answered')
      const log = await opening
      expect(log.health?.()).toMatchObject({ isServing: false, reason: expect.stringContaining('no answer') as string })
      expect(kinds(await askAll(log))).toEqual(UNAVAILABLE)
    } finally {
      broker.cont()
    }
    await using log = await opening
    await recovered(log)
  })
})
