import type { AttributeValue } from '@freshet/contracts'

type Attributes = Record<string, AttributeValue>

/** A text, unless it is empty. */
export const text = (name: string, value: string): Attributes => (value === '' ? {} : { [name]: { kind: { $case: 'text', text: value } } })

/** Texts, unless there are none. */
export const texts = (name: string, values: readonly string[]): Attributes => {
  const present = values.filter((value) => value !== '')
  return present.length === 0 ? {} : { [name]: { kind: { $case: 'texts', texts: { values: present } } } }
}

/** A number, unless the cell holds none. */
export const number = (name: string, cell: string): Attributes =>
  cell.trim() === '' || !Number.isFinite(Number(cell)) ? {} : { [name]: { kind: { $case: 'number', number: Number(cell) } } }

/** Seconds of a file as milliseconds; 0, which a replay refuses with the reason, where the cell holds no time. */
export function secondsToMs(cell: string): number {
  const ms = cell.trim() === '' ? 0 : Math.round(Number(cell) * 1000)
  return Number.isSafeInteger(ms) ? ms : 0
}
