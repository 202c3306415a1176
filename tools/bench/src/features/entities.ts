import { type AttributeValue, ItemState } from '@freshet/contracts'
import { itemKey } from '@freshet/features'
import { partitionOf, randomBelow, randomUnit } from '@freshet/kernel'
import type { OnlineStore, Put } from '@freshet/online-store'

/** How many entities are asked for at once, and how many features each has: figures of the goal. */
export const ASKED = 100
export const FEATURES = 50

const PARTITIONS = 8
const AT_ONCE = 1000
const SEED = 4

/** Items as the fold stores them, spread over partitions by their ids. */
export interface Entities {
  readonly store: OnlineStore
  readonly count: number
}

/** Writes so many items of fifty attributes each, in commits as the fold makes them. */
export async function fill({ store, count }: Entities): Promise<void> {
  const puts: Put[][] = Array.from({ length: PARTITIONS }, () => [])
  for (let i = 0; i < count; i++) puts[partitionOf(nameOf(i), PARTITIONS)].push({ key: itemKey(nameOf(i)), value: stateOf(i) })
  for (const [partition, all] of puts.entries()) {
    for (let done = 0; done < all.length; done += AT_ONCE) {
      const expect = await store.positions(partition)
      const next = { ...expect, events: expect.events + 1 }
      await store.commit(partition, { expect, next, puts: all.slice(done, done + AT_ONCE), outbox: [], publishedBelow: 0 })
    }
  }
}

/** How long a batch took: until its bytes were here, and until they were features. */
export interface Took {
  readonly readMs: number
  readonly decodedMs: number
}

/** Asks for a hundred items drawn for `round`, one read a partition, and takes them apart. */
export async function ask({ store, count }: Entities, round: number): Promise<Took> {
  const keys: string[][] = Array.from({ length: PARTITIONS }, () => [])
  for (let i = 0; i < ASKED; i++) {
    const name = nameOf(randomBelow(count, SEED, round, i))
    keys[partitionOf(name, PARTITIONS)].push(itemKey(name))
  }
  const startMs = performance.now()
  const values = await Promise.all(keys.map((asked, partition) => store.read(partition, asked)))
  const readMs = performance.now() - startMs
  let features = 0
  for (const value of values.flat()) if (value) features += Object.keys(ItemState.decode(value).attributes).length
  assertWhole(features)
  return { readMs, decodedMs: performance.now() - startMs }
}

function assertWhole(features: number): void {
  if (features !== ASKED * FEATURES) throw new RangeError(`${features} features came, not ${ASKED * FEATURES}`)
}

const nameOf = (i: number): string => `item-${i}`

function stateOf(i: number): Uint8Array {
  const attributes: Record<string, AttributeValue> = {}
  for (let f = 0; f < FEATURES; f++) {
    const number = randomUnit(SEED, i, f)
    attributes[`feature_${f}`] = {
      kind: f % 5 === 0 ? { $case: 'text', text: `value-${Math.floor(number * 1000)}` } : { $case: 'number', number },
    }
  }
  return ItemState.encode(ItemState.fromPartial({ attributes, known: true })).finish()
}
