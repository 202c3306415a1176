import { ItemState, UserState } from '@freshet/contracts'
import { itemKey, userKey } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { isDeepStrictEqual } from 'node:util'
import type { Afresh } from './afresh'
import { withoutTiming } from './without-timing'

/** The users and items that stand otherwise in the store than a fresh fold left them, each with the fields in which it does. */
export async function findDiffering(
  store: Pick<OnlineStore, 'read'>,
  partitions: number,
  { users, items }: Pick<Afresh, 'users' | 'items'>,
): Promise<string[]> {
  const read = async (id: string, key: string): Promise<Uint8Array | undefined> => (await store.read(partitionOf(id, partitions), [key]))[0]
  const found: string[] = []
  for (const [id, state] of users) {
    const value = await read(id, userKey(id))
    const stored = value && withoutTiming(UserState.decode(value))
    const fields = differing(stored, state && withoutTiming(plain(UserState, state)))
    if (fields !== '') found.push(`user ${id}: ${fields}`)
  }
  for (const [id, state] of items) {
    const value = await read(id, itemKey(id))
    const fields = differing(value && ItemState.decode(value), plain(ItemState, state))
    if (fields !== '') found.push(`item ${id}: ${fields}`)
  }
  return found
}

/** `field is VALUE, not VALUE` for each field that differs; empty where none does. */
function differing<T extends object>(stored: T | undefined, expected: T | undefined): string {
  if (expected === undefined) return stored === undefined ? '' : 'it is there, and should not be'
  if (stored === undefined) return 'it is not there'
  const names = Object.keys(expected) as (keyof T & string)[]
  return names
    .filter((name) => !isDeepStrictEqual(stored[name], expected[name]))
    .map((name) => `${name} is ${spell(stored[name])}, not ${spell(expected[name])}`)
    .join('; ')
}

const SPELLED_MAX = 300 // characters: enough to see of what kind it is
const spell = (value: unknown): string => JSON.stringify(value).slice(0, SPELLED_MAX)

/** As the wire brings it, so that it compares with what a store holds. */
const plain = <T>(type: { encode(state: T): { finish(): Uint8Array }; decode(bytes: Uint8Array): T }, state: T): T =>
  type.decode(type.encode(state).finish())
