import {
  Cut,
  DeadLetter,
  Event,
  EventRecord,
  ExampleGroup,
  ExampleItem,
  Genesis,
  JournalRecord,
  Progress,
  Result,
  Skip,
  VoidCut,
} from '@freshet/contracts'
import { DEAD_LETTER, type EventLog, JOURNAL, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { balance, type Ledger } from './ledger'
import { readLedger } from './read-ledger'

const PARTITION = 0

async function appendEvents(log: EventLog, ids: readonly string[]): Promise<void> {
  const entries = ids.map((eventId) => ({
    key: 'u',
    value: EventRecord.encode(EventRecord.create({ record: { $case: 'event', event: Event.create({ eventId }) } })).finish(),
  }))
  await log.append({ topic: TOPICS.events, partition: PARTITION }, entries)
}

/** A group of two examples that weigh something, and one that does not. */
const groupOf = (sourceOffset: number): Uint8Array =>
  ExampleGroup.encode(ExampleGroup.create({ sourceOffset, items: [1, 1, 0].map((weight) => ExampleItem.create({ weight })) })).finish()

async function appendGroups(log: EventLog, sourceOffsets: readonly number[]): Promise<void> {
  const entries = sourceOffsets.map((sourceOffset) => ({ key: 'u', value: groupOf(sourceOffset) }))
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

const result = (toStep: number, examples: number, more: Partial<Result> = {}): JournalRecord['record'] => ({
  $case: 'result',
  result: Result.create({ fromStep: toStep, toStep, chain: new Uint8Array(8), progress: Progress.create({ examples }), ...more }),
})

const voidCut = (step: number): JournalRecord['record'] => ({ $case: 'voidCut', voidCut: VoidCut.create({ step }) })

/** Who wrote a record of the journal, and which. */
type Said = readonly [owner: string, record: JournalRecord['record']]

/** Four events, one of them said twice, each with its group, one of which came twice; the journal of trainer a. */
async function house(...records: Said[]) {
  const log = openMemoryLog({ partitions: { [TOPICS.events]: 1, [TOPICS.examples]: 1, [TOPICS.journal]: 1, [TOPICS.deadLetter]: 1 } })
  await appendEvents(log, ['a', 'b', 'c', 'b'])
  await appendGroups(log, [0, 1, 2, 1])
  await appendJournal(log, 'a', { $case: 'genesis', genesis: Genesis.create({ partitions: 1 }) })
  for (const [owner, record] of records) await appendJournal(log, owner, record)
  const keep = async (source: string, payload: Uint8Array): Promise<void> => {
    const value = DeadLetter.encode(DeadLetter.create({ source, payload })).finish()
    await log.append(DEAD_LETTER, [{ key: source, value }])
  }
  return { log, keep }
}

const ledgerOf = async (...records: Said[]): Promise<Ledger> => readLedger((await house(...records)).log)

describe('the ledger', () => {
  it('balances where every accepted event was cut and learned once, whatever came again', async () => {
    const ledger = await ledgerOf(['a', cut(1, 0, 2)], ['a', result(1, 4)], ['a', cut(2, 2, 4)], ['a', result(2, 6)])
    expect(balance(['a', 'b', 'c'], ledger, 6)).toEqual({ lost: 0, doubled: 0 })
    expect(ledger).toMatchObject({ due: 6, unkept: 0, told: [{ learned: 4, due: 4 }, { learned: 6, due: 6 }] }) // prettier-ignore
  })

  it('shows as lost what a cut names and nobody learned, and as doubled what was learned again', async () => {
    const ledger = await ledgerOf(['a', cut(1, 0, 2)], ['a', result(1, 2)], ['a', cut(2, 2, 4)], ['a', result(2, 6)])
    expect(balance(['a', 'b', 'c'], ledger, 6)).toEqual({ lost: 2, doubled: 2 })
    expect(balance(['a', 'b', 'c'], await ledgerOf(['a', cut(1, 0, 4)]), 1)).toEqual({ lost: 5, doubled: 0 })
  })

  it('takes no account of a cut that the order of the journal makes void', async () => {
    const ledger = await ledgerOf(['a', cut(1, 0, 2)], ['stranger', cut(2, 2, 3)])
    expect(balance(['a', 'b', 'c'], ledger, 4)).toEqual({ lost: 1, doubled: 0 })
  })

  it('holds a void cut against the dead letters, each record against its own', async () => {
    const { log, keep } = await house(['a', cut(1, 0, 1)], ['a', cut(2, 1, 3)], ['a', voidCut(2)])
    expect(balance(['a', 'b', 'c'], await readLedger(log), 2)).toEqual({ lost: 2, doubled: 0 })
    await keep('examples/0/1', groupOf(1))
    await keep('examples/0/2', groupOf(7)) // another's
    expect(balance(['a', 'b', 'c'], await readLedger(log), 2)).toEqual({ lost: 1, doubled: 0 })
    await keep('examples/0/2', groupOf(2))
    expect(balance(['a', 'b', 'c'], await readLedger(log), 2)).toEqual({ lost: 0, doubled: 0 })
  })

  it('shows as doubled what was learned of a void cut', async () => {
    const { log, keep } = await house(['a', cut(1, 0, 1)], ['a', voidCut(1)])
    await keep('examples/0/0', groupOf(0))
    expect(balance(['a'], await readLedger(log), 2)).toEqual({ lost: 0, doubled: 2 })
  })

  it('lets an example be left out by a recorded skip that a dead letter keeps, and not without', async () => {
    const skips = [Skip.create({ step: 1, partition: 0, sourceOffset: 1, ordinal: 0, item: 1 })]
    const { log, keep } = await house(['a', cut(1, 0, 3)], ['a', result(1, 5, { skips })])
    expect(balance(['a', 'b', 'c'], await readLedger(log), 5)).toEqual({ lost: 1, doubled: 0 })
    await keep('examples/0/1.0.1', groupOf(1))
    expect(balance(['a', 'b', 'c'], await readLedger(log), 5)).toEqual({ lost: 0, doubled: 0 })
    expect(balance(['a', 'b', 'c'], await ledgerOf(['a', cut(1, 0, 3)], ['a', result(1, 5)]), 5)).toEqual({ lost: 1, doubled: 0 })
  })

  it('knows an event that was sent twice by its first place, and counts no result but its last part', async () => {
    const { events, told } = await ledgerOf(['a', cut(1, 0, 4)], ['a', result(1, 0, { continues: true })], ['a', result(1, 6)])
    expect(events.get('b')).toEqual({ partition: 0, offset: 1 })
    expect(told).toEqual([{ learned: 6, due: 6 }])
  })
})
