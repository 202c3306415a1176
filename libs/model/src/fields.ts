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

/** How wide {@link embed}'s result is. */
export const embeddedWidth = (part: Pick<PartLayout, 'fields' | 'numbers'>, dimensions: number): number =>
  part.fields.length * dimensions + part.numbers

/** By what names {@link embed}'s result is made up: each field's embedding, then the numbers. */
export const inputsOf = ({ fields, numberNames }: InputNames, dimensions: number): Input[] => [
  ...fields.map(({ name }) => ({ name, rows: dimensions })),
  ...numbersOf({ numberNames }),
]

/** Each number by its name, apart from the fields. */
export const numbersOf = ({ numberNames }: Pick<InputNames, 'numberNames'>): Input[] =>
  numberNames.map((name) => ({ name: `#${name}`, rows: 1 }))

/** What of a layout has names. */
type InputNames = Pick<PartLayout, 'numberNames'> & { readonly fields: readonly { readonly name: string }[] }

/**
 * What a multi-layer perceptron reads of an example: the mean embedding of each field, then the numbers.
 *
 * shape   values [batch, slots, d], numbers [batch, n]  →  [batch, fields · d + n]
 * cost    fields of one slot stand as they are: nothing is pooled, and where all are, nothing is copied
 */
export function embed({ values, pooling }: Slots, numbers: Node, { fields }: Pick<PartLayout, 'fields'>): Node {
  const [batch, , dimensions] = values.shape
  const parts = runsOf(fields).map(({ start, length, isPooled }) => {
    const run = slice(values, 1, [start, start + length])
    return isPooled ? mean(run, slice(pooling, 1, [start, start + length])) : run
  })
  const embedded = parts.length === 0 ? [] : [reshape(concat(parts, 1), [batch, fields.length * Number(dimensions)])]
  return concat(
    [...embedded, numbers].filter(({ shape }) => shape[1] !== 0),
    1,
  )
}

/**
 * One number an example: the sum over fields of the mean over slots.
 *
 * shape   values [batch, slots, 1]  →  [batch, 1]
 */
export function sumFields({ values, pooling }: Slots, { fields }: Pick<PartLayout, 'fields'>): Node {
  const flat = reshape(values, [values.shape[0], values.shape[1]])
  return reduceSum(fields.every(({ length }) => length === 1) ? flat : multiply(flat, pooling), [1])
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
