import { type Cut, DeadLetter, ExampleGroup, PayloadKind } from '@freshet/contracts'
import { DEAD_LETTER, type Entry, type EventLog, TOPICS } from '@freshet/event-log'
import { readKept } from './example-records'
import type { LeftOut } from './pending-result'

/** What a letter says beside the record that it holds. */
export interface LetterFacts {
  readonly code: string
  readonly message: string
  readonly nowMs: number
}

const LETTERS_READ = 2048 // more than a cut has, with room for what ingest refused meanwhile
const READ_BYTES = 8 << 20
const PAYLOAD_BYTES_MAX = 768 << 10 // a record holds at most 1 MiB, envelope included

/**
 * Keeps the records of a cut that will not be executed. Written before the record that voids the cut, under the examples' own
 * places: nothing is lost between the two, and who comes after a crash there finds what is kept already.
 */
export async function keepCut(log: EventLog, cut: Cut, facts: LetterFacts): Promise<void> {
  const kept = await keptOfLate(log)
  for (const range of cut.ranges) {
    for await (const { offset, value } of readKept(log, range)) {
      const entry = letter(`${TOPICS.examples}/${range.partition}/${offset}`, value, facts)
      if (!kept.has(entry.key)) await log.append(DEAD_LETTER, [entry])
    }
  }
}

/** Keeps examples that were left out of a step, each as a group of its own, under its identity. Written before the result that says so. */
export async function keepExamples(log: EventLog, examples: readonly LeftOut[], nowMs: number): Promise<void> {
  if (examples.length === 0) return
  const letters = examples.map(({ step, partition, group, item }) => {
    const source = `${TOPICS.examples}/${partition}/${group.sourceOffset}.${group.ordinal}.${item}`
    const value = ExampleGroup.encode({ ...group, items: [group.items[item]] }).finish()
    return letter(source, value, { code: 'NOT_FINITE', message: `its gradient in step ${step} is not finite`, nowMs })
  })
  const kept = await keptOfLate(log)
  const fresh = letters.filter(({ key }) => !kept.has(key))
  if (fresh.length > 0) await log.append(DEAD_LETTER, fresh)
}

/** The keys of the newest letters: what an owner had kept that was lost before it could say so is among them. */
async function keptOfLate(log: EventLog): Promise<ReadonlySet<string>> {
  const [first, next] = [await log.first(DEAD_LETTER), await log.next(DEAD_LETTER)]
  const keys = new Set<string>()
  for (let at = Math.max(first, next - LETTERS_READ); at < next;) {
    const records = await log.read(DEAD_LETTER, at, { records: next - at, bytes: READ_BYTES })
    for (const { key } of records) keys.add(key)
    const last = records.at(-1)
    if (!last) break
    at = last.offset + 1
  }
  return keys
}

function letter(source: string, value: Uint8Array, { code, message, nowMs: timeMs }: LetterFacts): Entry {
  const payload = value.subarray(0, PAYLOAD_BYTES_MAX)
  const [kind, payloadBytes] = [PayloadKind.PAYLOAD_KIND_EXAMPLES, value.length]
  const said = DeadLetter.create({ payload, payloadBytes, kind, source, code, message, timeMs })
  return { key: source, value: DeadLetter.encode(said).finish() }
}
