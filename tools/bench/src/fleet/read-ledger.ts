import { DeadLetter, EventRecord, ExampleGroup, JournalRecord, type Range, type Result } from '@freshet/contracts'
import { DEAD_LETTER, type EventLog, JOURNAL, TOPICS } from '@freshet/event-log'
import { foldJournal, startFold } from '@freshet/follow'
import { type Account, identityOf, type Ledger, type Place } from './ledger'
import { recordsOf } from './records'

/** Reads the whole log: events, the examples that the journal's valid cuts name, and what results say of them. Nothing of it may have been retired. */
export async function readLedger(log: EventLog): Promise<Ledger> {
  const valid = await validRecords(log)
  const voids = new Set(valid.flatMap((record) => (record?.$case === 'voidCut' ? [record.voidCut.step] : [])))
  const reading = new LearningLedger(log, await deadLetters(log))
  for (const record of valid) {
    if (record?.$case === 'cut') await reading.cut(record.cut.step, record.cut.ranges, voids.has(record.cut.step))
    if (record?.$case === 'result') reading.result(record.result)
  }
  return { events: await eventPlaces(log), ...reading.close() }
}

async function eventPlaces(log: EventLog): Promise<Ledger['events']> {
  const events = new Map<string, Place>()
  for (let partition = 0; partition < log.partitions(TOPICS.events); partition++) {
    for await (const { offset, value } of recordsOf(log, { topic: TOPICS.events, partition })) {
      const { record } = EventRecord.decode(value)
      if (record?.$case === 'event' && !events.has(record.event.eventId)) events.set(record.event.eventId, { partition, offset })
    }
  }
  return events
}

/** Cuts, results and void cuts that count, in the order of the journal. */
async function validRecords(log: EventLog): Promise<JournalRecord['record'][]> {
  const valid: JournalRecord['record'][] = []
  let state = startFold()
  for await (const { offset, value } of recordsOf(log, JOURNAL)) {
    const record = JournalRecord.decode(value)
    const folded = foldJournal(state, record, offset)
    state = folded.state
    if (folded.verdict === 'void') continue
    if (record.record?.$case === 'result') valid.push({ $case: 'result', result: { ...record.record.result, ...WITHOUT_VALUES } })
    else if (record.record?.$case !== 'heartbeat') valid.push(record.record)
  }
  return valid
}

const NOTHING = new Uint8Array(0)
const WITHOUT_VALUES = { rowIds: NOTHING, rowValues: NOTHING, dense: NOTHING, goneIds: NOTHING } // megabytes a second of what nobody asks for here

/** By source: the payloads that are kept. */
async function deadLetters(log: EventLog): Promise<ReadonlyMap<string, Uint8Array>> {
  const letters = new Map<string, Uint8Array>()
  for await (const { value } of recordsOf(log, DEAD_LETTER)) {
    const { source, payload } = DeadLetter.decode(value)
    letters.set(source, payload)
  }
  return letters
}

/** What cuts took and results told, in the order of the journal. */
class LearningLedger {
  private readonly taken = new Set<string>()
  /** By step: how many examples there were to learn from by then. */
  private readonly dueBy = new Map<number, number>()
  private readonly told: Account[] = []
  private due = 0
  private skipped = 0
  private unkept = 0

  constructor(
    private readonly log: EventLog,
    private readonly letters: ReadonlyMap<string, Uint8Array>,
  ) {}

  async cut(step: number, ranges: readonly Range[], isVoid: boolean): Promise<void> {
    for (const { partition, from, to } of ranges) {
      for await (const { offset, value } of recordsOf(this.log, { topic: TOPICS.examples, partition }, { from, to })) {
        const { sourceOffset, ordinal, items } = ExampleGroup.decode(value)
        const identity = identityOf({ partition, offset: sourceOffset }, ordinal)
        if (isVoid && Buffer.compare(this.letters.get(`${TOPICS.examples}/${partition}/${offset}`) ?? NOTHING, value) !== 0) this.unkept++
        if (this.taken.has(identity)) continue
        this.taken.add(identity)
        if (!isVoid) this.due += items.filter(({ weight }) => weight > 0).length
      }
    }
    this.dueBy.set(step, this.due)
  }

  result({ continues, toStep, progress, skips }: Result): void {
    if (continues) return
    for (const { partition, sourceOffset, ordinal, item } of skips)
      if (!this.letters.has(`${TOPICS.examples}/${partition}/${sourceOffset}.${ordinal}.${item}`)) this.unkept++
    this.skipped += skips.length
    const due = (this.dueBy.get(toStep) ?? 0) - this.skipped
    this.told.push({ learned: progress?.examples ?? 0, due })
  }

  close(): Omit<Ledger, 'events'> {
    const { taken, told, due, skipped, unkept } = this
    return { taken, told, due: due - skipped, unkept }
  }
}
