import type { PartLayout } from '@freshet/features'
import { concat, multiply, reduceSum, reshape, slice, type Node } from '@freshet/tensor'
import type { Input } from './parameters'

/** One value an id slot, and how slots are averaged. */
export interface Slots {
  /** shape [batch, slots, width]: zeros in an empty slot */
  readonly values: Node
  /** shape [batch, slots]: 0 in an empty slot, else 1 over how many of its field are filled */
  readonly pooling: Node
}

/** By what names a first layer's rows are called: each field's embedding, then the numbers. */
export const inputsOf = ({ fields, numberNames }: InputNames, dimensions: number): Input[] => [
  ...fields.map(({ name }) => ({ name, rows: dimensions })),
  ...numberNames.map((name) => ({ name: `#${name}`, rows: 1 })),
]

/** What of a layout has names. */
type InputNames = Pick<PartLayout, 'numberNames'> & { readonly fields: readonly { readonly name: string }[] }

/**
 * The mean of each field over its filled slots.
 *
 * shape   values [batch, slots, d]  →  [batch, fields, d]
 * cost    fields of one slot stand as they are: nothing is pooled, and where all are, nothing is copied
 */
export function poolFields({ values, pooling }: Slots, { fields }: Pick<PartLayout, 'fields'>): Node {
  const parts = runsOf(fields).map(({ start, length, isPooled }) => {
    const run = slice(values, 1, [start, start + length])
    return isPooled ? mean(run, slice(pooling, 1, [start, start + length])) : run
  })
  return parts.length === 0 ? values : concat(parts, 1)
}

/**
 * One number a slot, of which the sum is that over fields of the mean over slots.
 *
 * shape   values [batch, slots, 1]  →  [batch, slots]
 */
export function weighSlots({ values, pooling }: Slots, { fields }: Pick<PartLayout, 'fields'>): Node {
  const flat = reshape(values, [values.shape[0], values.shape[1]])
  return fields.every(({ length }) => length === 1) ? flat : multiply(flat, pooling)
}

/** shape  values [batch, length, d], pooling [batch, length]  →  [batch, 1, d] */
function mean(values: Node, pooling: Node): Node {
  return reduceSum(multiply(values, reshape(pooling, [...pooling.shape, 1])), [1])
}

interface Run {
  readonly start: number
  readonly length: number
  readonly isPooled: boolean
}

/** Neighbouring fields of one slot make one run, so that they are cut out together. */
function runsOf(fields: PartLayout['fields']): Run[] {
  const runs: Run[] = []
  for (const { start, length } of fields) {
    const last = runs.at(-1)
    if (length === 1 && last && !last.isPooled && last.start + last.length === start)
      runs[runs.length - 1] = { ...last, length: last.length + 1 }
    else runs.push({ start, length, isPooled: length > 1 })
  }
  return runs
}
