import { Event, EventRecord } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { UnavailableError } from '@freshet/kernel'
import { type FakeClock, fakeClock } from '@freshet/testing'
import { type Audited, Inspection } from './inspection'

let log: EventLog
let clock: FakeClock
let said: string[]
const say = (text: string): void => void said.push(text)

beforeEach(() => {
  log = openMemoryLog({ partitions: { events: 2 } })
  clock = fakeClock()
  said = []
})

async function write(partition: number, ...ids: string[]): Promise<void> {
  const entries = ids.map((eventId) => ({
    key: 'u',
    value: EventRecord.encode(EventRecord.create({ record: { $case: 'event', event: Event.create({ eventId }) } })).finish(),
  }))
  await log.append({ topic: TOPICS.events, partition }, entries)
}

/** A trainer at a step, and every step that it was asked for. */
function trainerAt(at: number, spell: (step: number) => string = (step) => `state ${step}`): Audited & { readonly asked: number[] } {
  const asked: number[] = []
  return {
    asked,
    step: () => Promise.resolve(at),
    digest: (step) => {
      asked.push(step)
      return Promise.resolve(spell(step))
    },
  }
}

describe('a look at a house between two faults', () => {
  it('finds nothing where all that was acknowledged is in the log', async () => {
    const inspection = new Inspection({ log, clock, say, trainers: [trainerAt(3), trainerAt(3)] })
    await write(0, 'a', 'b')
    expect(await inspection.look(['a', 'b'])).toEqual({ lost: 0, digestsDiffering: 0 })
    await write(1, 'c')
    expect(await inspection.look(['a', 'b', 'c'])).toEqual({ lost: 0, digestsDiffering: 0 })
  })

  it('misses what was acknowledged since the last look and is not there, once', async () => {
    const inspection = new Inspection({ log, clock, say, trainers: [trainerAt(3)] })
    await write(0, 'a')
    expect((await inspection.look(['a', 'b'])).lost).toBe(1)
    expect((await inspection.look(['a', 'b'])).lost).toBe(0)
  })

  it('misses records that were there and are no more', async () => {
    await write(0, 'a', 'b', 'c')
    let isRewound = false
    const next: EventLog['next'] = async (of) => (isRewound && of.partition === 0 ? 1 : log.next(of))
    const inspection = new Inspection({ log: { ...log, next }, clock, say, trainers: [trainerAt(3)] })
    expect((await inspection.look(['a', 'b', 'c'])).lost).toBe(0)
    isRewound = true
    expect((await inspection.look(['a', 'b', 'c'])).lost).toBe(2)
  })

  it('asks all trainers for one step that lies before each, and tells when they differ after it', async () => {
    const [ahead, behind] = [trainerAt(12), trainerAt(10)]
    expect((await new Inspection({ log, clock, say, trainers: [ahead, behind] }).look([])).digestsDiffering).toBe(0)
    expect([ahead.asked, behind.asked]).toEqual([[16], [16]])
    const strange = trainerAt(12, (step) => `another state ${step}`)
    expect((await new Inspection({ log, clock, say, trainers: [ahead, strange] }).look([])).digestsDiffering).toBe(1)
    expect(said).toEqual(["after step 16 the trainers' states are state 16 and another state 16"])
  })

  it('asks for a later step where somebody was not there to answer', async () => {
    let [at, failures] = [10, 1]
    const restarted: Audited = {
      step: () => Promise.resolve(at),
      digest: (step) => {
        at += 5
        return failures-- > 0 ? Promise.reject(new UnavailableError('the trainer', 'wait')) : Promise.resolve(`state ${step}`)
      },
    }
    const steady = trainerAt(10)
    const looking = new Inspection({ log, clock, say, trainers: [restarted, steady] }).look([])
    await clock.advance(1000)
    expect(await looking).toEqual({ lost: 0, digestsDiffering: 0 })
    expect(steady.asked).toEqual([14, 19])
  })
})
