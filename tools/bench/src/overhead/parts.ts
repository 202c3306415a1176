import type { Profiler } from 'node:inspector'

/** What the promises of exactly-once and of equal states cost beside the work itself. */
export const PARTS = ['outbox', 'compare', 'chain'] as const

/** One of them. */
export type Part = (typeof PARTS)[number]

/** A function by its file, and its name where not all of the file is meant. */
interface Place {
  readonly file: string
  readonly name?: string
  /** Whose time it and all that it calls count as; undefined: work as it would be done anyway. */
  readonly part: Part | undefined
}

const PLACES: readonly Place[] = [
  { file: 'materialize/dist/outbox-publisher.js', part: 'outbox' },
  { file: 'online-store/port/dist/outgoing-codec.js', part: 'outbox' },
  { file: 'online-store/embedded/dist/state-codec.js', name: 'encodeOutbox', part: 'outbox' },
  { file: 'online-store/embedded/dist/embedded-store.js', name: 'outboxFrom', part: 'outbox' },
  { file: 'online-store/embedded/dist/embedded-store.js', name: 'replaceOutbox', part: 'outbox' },
  { file: 'online-store/embedded/dist/embedded-store.js', name: 'outbox', part: 'outbox' },
  { file: 'online-store/embedded/dist/embedded-store.js', name: 'compare', part: 'compare' },
  { file: 'online-store/embedded/dist/embedded-store.js', name: 'look', part: 'compare' },
  { file: 'online-store/embedded/dist/embedded-store.js', name: 'provided', part: 'compare' },
  { file: 'online-store/embedded/dist/embedded-store.js', name: 'apply', part: undefined },
  { file: 'online-store/port/dist/rules.js', name: 'assertStands', part: 'compare' },
  { file: 'online-store/port/dist/rules.js', name: 'lineageAfter', part: 'compare' },
  { file: 'kernel/dist/checksum.js', part: 'chain' },
]

/** Of a process that appends nothing but what its outbox holds: the log's writing is the outbox's. */
export const PUBLISHER: readonly Place[] = [...PLACES, { file: 'event-log/embedded/dist/topic-writer.js', part: 'outbox' }]

/** Of any other process. */
export const OTHERS: readonly Place[] = PLACES

/** Some samples, and how many of them belong to each part. */
export interface Samples {
  readonly all: number
  readonly parts: Readonly<Record<Part, number>>
}

/** Samples of a profile. */
export interface Shares {
  /** In which the thread was at work. */
  readonly busy: Samples
  /** Of those, the ones in which something was handed to LMDB to be written. */
  readonly writing: Samples
}

/**
 * Counts the samples of a profile by part: each goes to the innermost function on its stack that the places name.
 *
 * Samples of an idle thread are none, and those of the garbage collector go to all in proportion.
 */
export function sharesOf({ nodes, samples = [] }: Profiler.Profile, places: readonly Place[]): Shares {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const known = new Map<number, Place | undefined>()
  const placeOf = (id: number | undefined): Place | undefined => {
    const node = id === undefined ? undefined : byId.get(id)
    if (!node) return undefined
    if (!known.has(node.id)) known.set(node.id, places.find((place) => isAt(place, node.callFrame)) ?? placeOf(parents.get(node.id)))
    return known.get(node.id)
  }
  const isWriting = (id: number | undefined): boolean => {
    for (let node = id; node !== undefined; node = parents.get(node)) {
      const frame = byId.get(node)?.callFrame
      if (frame?.url.endsWith(LMDB) && WRITES.has(frame.functionName)) return true
    }
    return false
  }
  const busy = samples.filter((id) => !UNCOUNTED.has(byId.get(id)?.callFrame.functionName ?? ''))
  const partOf = (id: number): Part | undefined => placeOf(id)?.part
  return { busy: countedBy(partOf, busy), writing: countedBy(partOf, busy.filter(isWriting)) }
}

function countedBy(partOf: (id: number) => Part | undefined, samples: readonly number[]): Samples {
  const parts: Record<Part, number> = { outbox: 0, compare: 0, chain: 0 }
  for (const id of samples) {
    const part = partOf(id)
    if (part) parts[part]++
  }
  return { all: samples.length, parts }
}

const LMDB = 'lmdb/dist/index.cjs'
const WRITES = new Set(['put', 'remove'])

const UNCOUNTED = new Set(['(idle)', '(garbage collector)'])

const isAt = ({ file, name }: Place, { url, functionName }: { url: string; functionName: string }): boolean =>
  url.endsWith(file) && (name === undefined || name === functionName)
