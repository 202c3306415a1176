import { type ExampleGroup, LabelSource } from '@freshet/contracts'
import { bytesOf } from '@freshet/kernel'
import type { FeatureLayout } from '@freshet/features'

/** Examples side by side, in the order of the cut: what a step consumes. */
export interface Batch {
  count: number
  /** u32 pairs: slots an example, user slots first, then item slots, then cross slots. */
  ids: Uint32Array
  /** Float32: numbers an example, in the same order of parts. */
  numbers: Float32Array
  /** 1 over how many slots of the field are filled; 0 for an empty slot. */
  pooling: Float32Array
  labels: Float32Array
  weights: Float32Array
  sources: Uint8Array
  /** Hashes of item and user, u32 pairs: for log-Q and for what may not be a negative. */
  items: Uint32Array
  users: Uint32Array
  /** How many groups have been unpacked, and by example: which of them it came with, and which of its items it was. */
  groups: number
  origins: Uint32Array
}

/** What a layout makes of one example: how many ids and numbers, and where each field stands. */
export interface ExampleShape {
  readonly slots: number
  readonly numbers: number
  readonly fields: readonly { readonly start: number; readonly length: number }[]
  readonly user: { readonly ids: number; readonly numbers: number }
}

/** The shape of an example under a feature layout: the three parts one after the other. */
export function shapeOf({ user, item, cross }: FeatureLayout): ExampleShape {
  const parts = [user, item, cross]
  let start = 0
  const fields = parts.flatMap((part) => {
    const shifted = part.fields.map((field) => ({ start: field.start + start, length: field.length }))
    start += part.ids
    return shifted
  })
  return { slots: start, numbers: user.numbers + item.numbers + cross.numbers, fields, user: { ids: user.ids, numbers: user.numbers } }
}

/** Room for `capacity` examples. */
export function makeBatch(shape: ExampleShape, capacity: number): Batch {
  return {
    count: 0,
    ids: new Uint32Array(capacity * shape.slots * 2),
    numbers: new Float32Array(capacity * shape.numbers),
    pooling: new Float32Array(capacity * shape.slots),
    labels: new Float32Array(capacity),
    weights: new Float32Array(capacity),
    sources: new Uint8Array(capacity),
    items: new Uint32Array(capacity * 2),
    users: new Uint32Array(capacity * 2),
    groups: 0,
    origins: new Uint32Array(capacity * 2),
  }
}

/**
 * Unpacks a group's examples into the batch.
 *
 * Returns how many were refused: bytes of another layout, or a number that is not finite. An example of weight 0
 * (nothing could be drawn) is left out silently. Both follow from the bytes alone, so every replay agrees.
 */
export function appendGroup(batch: Batch, shape: ExampleShape, group: ExampleGroup): number {
  const { user } = shape
  const groupNumber = batch.groups++
  if (group.userIds.length !== user.ids * 8 || group.userNumbers.length !== user.numbers * 4) return group.items.length
  let refused = 0
  for (const [itemNumber, item] of group.items.entries()) {
    if (item.weight === 0) continue
    if (item.ids.length !== (shape.slots - user.ids) * 8 || item.numbers.length !== (shape.numbers - user.numbers) * 4) {
      refused++
      continue
    }
    const at = batch.count
    copy(batch.ids, at * shape.slots * 2, group.userIds)
    copy(batch.ids, (at * shape.slots + user.ids) * 2, item.ids)
    copy(batch.numbers, at * shape.numbers, group.userNumbers)
    copy(batch.numbers, at * shape.numbers + user.numbers, item.numbers)
    batch.labels[at] = item.label
    batch.weights[at] = item.weight
    batch.sources[at] = item.source
    batch.items[2 * at] = item.itemLo
    batch.items[2 * at + 1] = item.itemHi
    batch.users[2 * at] = group.userLo
    batch.users[2 * at + 1] = group.userHi
    batch.origins[2 * at] = groupNumber
    batch.origins[2 * at + 1] = itemNumber
    if (!isFinite(batch, shape, at)) {
      refused++
      continue
    }
    pool(batch, shape, at)
    batch.count++
  }
  return refused
}

/** The examples at `places` alone, in their order. */
export function selectExamples(batch: Batch, shape: ExampleShape, places: readonly number[]): Batch {
  const selected = makeBatch(shape, places.length)
  selected.count = places.length
  selected.groups = batch.groups
  const widths = [
    ['ids', 2 * shape.slots],
    ['numbers', shape.numbers],
    ['pooling', shape.slots],
    ['labels', 1],
    ['weights', 1],
    ['sources', 1],
    ['items', 2],
    ['users', 2],
    ['origins', 2],
  ] as const
  for (const [column, width] of widths) {
    places.forEach((place, i) => selected[column].set(batch[column].subarray(place * width, (place + 1) * width), i * width))
  }
  return selected
}

/** True for what a record or a served list said, false for what was drawn. */
export const isRealLabel = (source: number): boolean => source !== LabelSource.LABEL_SOURCE_SAMPLED

/** Copies little-endian bytes over the words from `at` on. */
function copy(words: Uint32Array | Float32Array, at: number, bytes: Uint8Array): void {
  bytesOf(words).set(bytes, at * 4)
}

function isFinite(batch: Batch, shape: ExampleShape, at: number): boolean {
  for (let i = at * shape.numbers; i < (at + 1) * shape.numbers; i++) if (!Number.isFinite(batch.numbers[i])) return false
  return Number.isFinite(batch.labels[at]) && Number.isFinite(batch.weights[at]) && batch.weights[at] > 0
}

/** Each filled slot of a field weighs one over their number: the mean of what is there. */
function pool(batch: Batch, shape: ExampleShape, at: number): void {
  const row = at * shape.slots
  for (const { start, length } of shape.fields) {
    let filled = 0
    for (let i = row + start; i < row + start + length; i++) if (batch.ids[2 * i] !== 0 || batch.ids[2 * i + 1] !== 0) filled++
    for (let i = row + start; i < row + start + length; i++) {
      batch.pooling[i] = batch.ids[2 * i] !== 0 || batch.ids[2 * i + 1] !== 0 ? 1 / filled : 0
    }
  }
}
