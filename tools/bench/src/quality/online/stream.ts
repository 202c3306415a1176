import type { TimedEvent } from '../data/movielens'

/** An event whose label is known. */
export interface LabelledEvent extends TimedEvent {
  readonly label: 0 | 1
}

/** Events in time order as a model reads them: features are as they were just before each event, whoever learns from it and when. */
export interface Stream {
  readonly count: number
  /** Ids of each field, as a model declares them. */
  readonly fields: readonly number[]
  /** shape [count, slots]; 0 for none */
  readonly ids: Uint32Array
  readonly labels: Float32Array
  /** Unix seconds. */
  readonly times: Float64Array
  readonly users: Uint32Array
}

/** How many of a user's last items of either label are read. */
const RECENT = 20
/** Earlier events of the same user and item are told apart up to so many. */
const AGAIN_MAX = 3
const FIELDS = [1, 1, 1, RECENT, RECENT]
const SLOTS = FIELDS.reduce((slots, length) => slots + length)

/**
 * The examples of a log: who, what, how often before, and the last items of that user with a good and with a bad label. Ties in time are in the order given.
 */
export function streamOf(events: readonly LabelledEvent[]): Stream {
  const ordered = [...events].sort((a, b) => a.time - b.time) // stable
  const users = largest(ordered, ({ user }) => user)
  const items = largest(ordered, ({ item }) => item)
  const ids = new Uint32Array(ordered.length * SLOTS)
  const memories = new Map<number, Memory>()
  ordered.forEach(({ user, item, label }, i) => {
    const memory = memories.get(user) ?? { recent: [[], []], met: new Map<number, number>() }
    memories.set(user, memory)
    const again = memory.met.get(item) ?? 0
    const firsts = { user: 1, item: 1 + users, again: 1 + users + items, bad: 1 + users + items + AGAIN_MAX + 1 }
    const own = ids.subarray(i * SLOTS, (i + 1) * SLOTS)
    own.set([firsts.user + user, firsts.item + item, firsts.again + Math.min(again, AGAIN_MAX)])
    memory.recent.forEach((list, kind) => list.forEach((old, place) => (own[3 + kind * RECENT + place] = firsts.bad + kind * items + old)))
    memory.met.set(item, again + 1)
    memory.recent[label] = [item, ...memory.recent[label]].slice(0, RECENT)
  })
  return {
    ...{ count: ordered.length, fields: FIELDS, ids },
    labels: Float32Array.from(ordered, ({ label }) => label),
    times: Float64Array.from(ordered, ({ time }) => time),
    users: Uint32Array.from(ordered, ({ user }) => user),
  }
}

/** What is known of a user: the last items by label, newest first, and how often each was met. */
interface Memory {
  readonly recent: [bad: readonly number[], good: readonly number[]]
  readonly met: Map<number, number>
}

const largest = <T>(list: readonly T[], of: (each: T) => number): number => list.reduce((most, each) => Math.max(most, of(each) + 1), 0)
