import { setImmediate as nextTurn } from 'node:timers/promises'
import { DeadLetter } from '@freshet/contracts'
import { DEAD_LETTER, type EventLog } from '@freshet/event-log'
import { hash64 } from '@freshet/kernel'
import type { AcceptedAt } from './outcome'

/** What the topic `dead-letter` says as a whole, as far as it has been read: a fold of it, whoever wrote it. */
export interface LetterBook {
  /** How many letters were read, by code. */
  readonly byCode: Readonly<Record<string, number>>
  /** Where the payload of a letter stands that was replayed and taken, by the letter's offset. */
  readonly replayed: ReadonlyMap<number, AcceptedAt>
  /** Whether somebody was forgotten behind this letter: by the key of their events. */
  isForgotten(key: string, letterOffset: number): boolean
  /** Reads on, to the end unless that is further than `recordsMax`. Calls wait for each other. */
  readOn(recordsMax?: number): Promise<void>
}

const PAGE = { records: 500, bytes: 4 << 20 }

/** A book that has not been read yet. */
export function openLetterBook(log: EventLog): LetterBook {
  const byCode: Record<string, number> = {}
  const replayed = new Map<number, AcceptedAt>()
  const forgotten = new Map<string, number>()
  let position = 0
  let reading: Promise<void> = Promise.resolve()

  const enter = (at: number, letter: DeadLetter): void => {
    for (const { letterOffset, partition, offset } of letter.replayed) replayed.set(letterOffset, { kind: 'accepted', partition, offset })
    for (const actor of letter.forgotten) forgotten.set(spell(actor), at)
    if (!isMark(letter)) byCode[letter.code] = (byCode[letter.code] ?? 0) + 1
  }

  const readPages = async (recordsMax: number): Promise<void> => {
    position = Math.max(position, await log.first(DEAD_LETTER))
    for (let taken = 0; taken < recordsMax;) {
      const records = await log.read(DEAD_LETTER, position, PAGE)
      const last = records.at(-1)
      if (!last) return
      for (const { offset, value } of records) enter(offset, letterOf(value))
      position = last.offset + 1
      taken += records.length
      await nextTurn() // a long topic must not hold up those who are being answered
    }
  }

  return {
    byCode,
    replayed,
    isForgotten: (key, letterOffset) => (forgotten.get(spell(hash64(key))) ?? -1) > letterOffset,
    readOn(recordsMax = Infinity) {
      const turn = reading.then(() => readPages(recordsMax))
      reading = turn.catch(() => undefined)
      return turn
    },
  }
}

/** True for what is no letter, but says something of those before it. */
export const isMark = ({ replayed, forgotten }: DeadLetter): boolean => replayed.length > 0 || forgotten.length > 0

const spell = ({ lo, hi }: DeadLetter['forgotten'][number]): string => `${hi}:${lo}`

/** A record of the topic; bytes that are no letter are one without a word. */
export function letterOf(value: Uint8Array): DeadLetter {
  try {
    return DeadLetter.decode(value)
  } catch {
    return DeadLetter.create({ code: 'UNREADABLE', payload: value, payloadBytes: value.length })
  }
}
