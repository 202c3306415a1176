import type { Lookup } from '../trainable'

/** A lookup by fields: those of one id stand alone, and where any has more, each field is averaged. */
export const lookupOf = (named: Pick<Lookup, 'input' | 'gradient' | 'table'>, fields: readonly number[]): Lookup => ({
  ...named,
  slots: fields.reduce((slots, length) => slots + length, 0),
  ...(fields.some((length) => length !== 1) ? { bags: fields } : {}),
})
