import { type Cut, DeadLetter, ExampleGroup, PayloadKind } from '@freshet/contracts'
import { DEAD_LETTER, type Entry, type EventLog, TOPICS } from '@freshet/event-log'
import { readKept } from './example-source'
import type { LeftOut } from './pending-result'

/** What a letter says beside the record that it holds. */
export interface LetterFacts {
  readonly code: string
  readonly message: string
  readonly nowMs: number
}

const PAYLOAD_BYTES_MAX = 768 << 10 // a record holds at most 1 MiB, envelope included

/**
 * Keeps the records of a cut that will not be executed. Written before the record that voids the cut, under the examples' own
 * places: a repetition says the same again, and nothing is lost between the two.
 */
export async function keepCut(log: EventLog, cut: Cut, facts: LetterFacts): Promise<void> {
  for (const range of cut.ranges) {
    for await (const { offset, value } of readKept(log, range)) {
      await log.append(DEAD_LETTER, [letter(`${TOPICS.examples}/${range.partition}/${offset}`, value, facts)])
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
  await log.append(DEAD_LETTER, letters)
}

function letter(source: string, value: Uint8Array, { code, message, nowMs: timeMs }: LetterFacts): Entry {
  const payload = value.subarray(0, PAYLOAD_BYTES_MAX)
  const [kind, payloadBytes] = [PayloadKind.PAYLOAD_KIND_EXAMPLES, value.length]
  const said = DeadLetter.create({ payload, payloadBytes, kind, source, code, message, timeMs })
  return { key: source, value: DeadLetter.encode(said).finish() }
}
