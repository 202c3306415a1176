import { EventRecord, Touch } from '@freshet/contracts'
import { TOPICS, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { compileDictionary } from '@freshet/features'
import { START, type PositionVector } from '@freshet/online-store'
import { fakeClock } from '@freshet/testing'
import { heldFrom, retireSources } from './retention'
import { NO_SNAPSHOTS, type SnapshotShelf } from './snapshot-shelf'

const HOUR_MS = 3_600_000
const NOW_MS = 100 * HOUR_MS
const dictionary = compileDictionary(`
name: shop
events: { view: {} }
user: [{ kind: id, name: user }, { kind: count, name: views, events: [view], windowMs: ${5 * HOUR_MS} }]
item: [{ kind: id, name: item }]`)
const EVENTS = { topic: TOPICS.events, partition: 1 }
const TOUCHES = { topic: TOPICS.touches, partition: 1 }

/** A log with a record of `events` and of `touches` for each hour up to now. */
async function openLog(): Promise<EventLog> {
  const log = openMemoryLog()
  const hours = Array.from({ length: 100 }, (_, hour) => hour * HOUR_MS)
  const event = (acceptedMs: number): Uint8Array => EventRecord.encode({ record: undefined, sequence: 0, acceptedMs }).finish()
  const touch = (watermarkMs: number): Uint8Array => Touch.encode(Touch.create({ watermarkMs })).finish()
  await log.append(EVENTS, hours.map((ms) => ({ key: 'u', value: event(ms) }))) // prettier-ignore
  await log.append(TOUCHES, hours.map((ms) => ({ key: 'i', value: touch(ms) }))) // prettier-ignore
  return log
}

const shelfOf = (...kept: readonly PositionVector[]): SnapshotShelf => ({ ...NO_SNAPSHOTS, kept: async () => kept })
const at = (events: number, touches = events): PositionVector => ({ events, touches, catalog: 0 })

interface Given {
  readonly log?: EventLog
  /** Where the store stands. */
  readonly stands?: PositionVector
}

async function firstsAfter(shelf: SnapshotShelf, retentionMs: number, given: Given = {}): Promise<[events: number, touches: number]> {
  const { log: over = await openLog(), stands = at(100) } = given
  const store = { positions: async () => stands }
  await retireSources({ log: over, store, partition: 1, shelf, dictionary, clock: fakeClock(NOW_MS), retentionMs })
  return [await over.first(EVENTS), await over.first(TOUCHES)]
}

describe('the retention of a partition’s sources', () => {
  it('trims what is older than it and in both snapshots', async () => {
    expect(await firstsAfter(shelfOf(at(99), at(95)), 10 * HOUR_MS)).toEqual([90, 90])
  })

  it('stops at the older of two snapshots, of each topic, whatever the age of what comes after it', async () => {
    expect(await firstsAfter(shelfOf(at(99), at(40, 55)), 10 * HOUR_MS)).toEqual([40, 55])
  })

  it('trims nothing where there are fewer than two', async () => {
    expect(await firstsAfter(shelfOf(at(99)), HOUR_MS)).toEqual([0, 0])
    expect(await firstsAfter(NO_SNAPSHOTS, HOUR_MS)).toEqual([0, 0])
    expect(await heldFrom(shelfOf(at(99)), 1)).toEqual(START)
  })

  it('keeps what features still remember, though it were shorter', async () => {
    expect(await firstsAfter(shelfOf(at(99), at(99)), HOUR_MS)).toEqual([95, 95])
  })

  it('trims nothing while the store stands behind a snapshot: it is made anew, or the snapshot is of another log', async () => {
    const shelf = shelfOf(at(99), at(95))
    expect(await firstsAfter(shelf, 10 * HOUR_MS, { stands: at(99, 98) })).toEqual([0, 0])
    expect(await firstsAfter(shelf, 10 * HOUR_MS, { stands: at(30, 20) })).toEqual([0, 0])
    expect(await firstsAfter(shelf, 10 * HOUR_MS, { stands: START })).toEqual([0, 0])
    expect(await firstsAfter(shelf, 10 * HOUR_MS, { stands: at(99) })).toEqual([90, 90])
  })

  it('goes on from where it has come to', async () => {
    const log = await openLog()
    await firstsAfter(shelfOf(at(60), at(50)), 10 * HOUR_MS, { log })
    expect(await firstsAfter(shelfOf(at(99), at(60)), 10 * HOUR_MS, { log })).toEqual([60, 60])
    expect(await firstsAfter(shelfOf(at(99), at(60)), 10 * HOUR_MS, { log })).toEqual([60, 60])
  })

  it('passes over nothing that cannot be read: it stays', async () => {
    const log = openMemoryLog()
    await log.append(EVENTS, [{ key: 'u', value: Uint8Array.of(255, 255) }])
    expect(await firstsAfter(shelfOf(at(1, 0), at(1, 0)), HOUR_MS, { log })).toEqual([0, 0])
  })
})
