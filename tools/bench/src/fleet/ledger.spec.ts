import { Cut, Event, EventRecord, ExampleGroup, ExampleItem, Genesis, JournalRecord } from '@freshet/contracts'
import { type EventLog, JOURNAL, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { balance, type Ledger, readLedger } from './ledger'

const PARTITION = 0

async function appendEvents(log: EventLog, ids: readonly string[]): Promise<void> {
  const entries = ids.map((eventId) => ({
    key: 'u',
    value: EventRecord.encode(EventRecord.create({ record: { $case: 'event', event: Event.create({ eventId }) } })).finish(),
  }))
  await log.append({ topic: TOPICS.events, partition: PARTITION }, entries)
}

async function appendGroups(log: EventLog, sourceOffsets: readonly number[]): Promise<void> {
  const items = [ExampleItem.create({ weight: 1 }), ExampleItem.create({ weight: 0 })]
  const entries = sourceOffsets.map((sourceOffset) => ({
    key: 'u',
    value: ExampleGroup.encode(ExampleGroup.create({ sourceOffset, items })).finish(),
  }))
  await log.append({ topic: TOPICS.examples, partition: PARTITION }, entries)
}

async function appendJournal(log: EventLog, owner: string, record: JournalRecord['record']): Promise<void> {
  const value = JournalRecord.encode(JournalRecord.create({ epoch: 1, owner, record })).finish()
  await log.append(JOURNAL, [{ key: 'model-set', value }])
}

const cut = (step: number, from: number, to: number): JournalRecord['record'] => ({
  $case: 'cut',
  cut: Cut.create({ step, ranges: [{ partition: PARTITION, from, to }] }),
})

/** Three events, each with its example; the journal of trainer a. */
async function house(...cuts: readonly [owner: string, record: JournalRecord['record']][]): Promise<Ledger> {
  const log = openMemoryLog({ partitions: { [TOPICS.events]: 1, [TOPICS.examples]: 1, [TOPICS.journal]: 1 } })
  await appendEvents(log, ['a', 'b', 'c', 'b'])
  await appendGroups(log, [0, 1, 2])
  await appendJournal(log, 'a', { $case: 'genesis', genesis: Genesis.create({ partitions: 1 }) })
  for (const [owner, record] of cuts) await appendJournal(log, owner, record)
  return readLedger(log)
}

describe('the ledger', () => {
  it('balances where every accepted event was cut and learned once', async () => {
    const ledger = await house(['a', cut(1, 0, 2)], ['a', cut(2, 2, 3)])
    expect(balance(['a', 'b', 'c'], ledger, 3)).toEqual({ lost: 0, doubled: 0 })
  })

  it('counts an accepted event as lost where it stands nowhere, or where no cut took its example', async () => {
    const ledger = await house(['a', cut(1, 0, 2)])
    expect(balance(['a', 'b', 'c'], ledger, 2).lost).toBe(1)
    expect(balance(['a', 'elsewhere'], ledger, 2).lost).toBe(1)
  })

  it('counts what the trainer says it learned beyond the distinct examples as doubled', async () => {
    const ledger = await house(['a', cut(1, 0, 3)])
    expect(balance(['a', 'b', 'c'], ledger, 5).doubled).toBe(2)
  })

  it('takes no account of a cut that the order of the journal makes void', async () => {
    const ledger = await house(['a', cut(1, 0, 2)], ['stranger', cut(2, 2, 3)])
    expect(balance(['a', 'b', 'c'], ledger, 2)).toEqual({ lost: 1, doubled: 0 })
  })

  it('knows an event that was sent twice by its first place, and counts examples that weigh something', async () => {
    const { events, learned } = await house(['a', cut(1, 0, 3)])
    expect(events.get('b')).toEqual({ partition: 0, offset: 1 })
    expect([...learned.values()]).toEqual([1, 1, 1])
  })
})
