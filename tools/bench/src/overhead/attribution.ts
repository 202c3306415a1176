import { type Part, PARTS, type Samples, type Shares } from './parts'
import type { Slice } from './slice'

/** What some slices of one process say of its CPU. */
export interface Attribution {
  /** The share of the threads that run JavaScript; the rest is LMDB's writing, compilation and the collector's helpers. */
  readonly sampled: number
  readonly parts: Readonly<Record<Part, number>>
}

/**
 * The shares of a process's CPU that belong to the parts, by slices of its threads and `sharesOf` each.
 *
 * math    a thread's samples are weighed by its CPU; what no thread that is sampled used goes by what those handed to LMDB to be written,
 *         all of it: an upper bound for who writes, for compilers and collectors are among them
 */
export function attribute(slices: readonly Slice[], sharesOf: (slice: Slice) => Shares): Attribution {
  const shares = slices.map(sharesOf)
  const seconds = slices.reduce((sum, slice) => sum + slice.seconds, 0)
  const writing = sumOf(shares.map(({ writing: samples }) => samples))
  const sampled = sampledShare(slices)
  const partOf = (part: Part): number => {
    const own = slices.reduce((sum, slice, i) => sum + shareOf(shares[i].busy, part) * slice.seconds, 0) / Math.max(seconds, Number.EPSILON)
    return sampled * own + (1 - sampled) * (writing.all === 0 ? own : shareOf(writing, part))
  }
  return { sampled, parts: { outbox: partOf('outbox'), compare: partOf('compare'), chain: partOf('chain') } }
}

/** Each thread's slices cover its own seconds, so that rates are compared and not sums. */
function sampledShare(slices: readonly Slice[]): number {
  const rateOf = (own: readonly Slice[], usedOf: (slice: Slice) => number): number =>
    own.reduce((sum, slice) => sum + usedOf(slice), 0) / own.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const threads = [...new Set(slices.map(({ thread }) => thread))].map((thread) => slices.filter((slice) => slice.thread === thread))
  const busy = threads.reduce((sum, own) => sum + rateOf(own, ({ seconds }) => seconds), 0)
  const all = rateOf(slices, ({ processSeconds }) => processSeconds)
  return all > 0 ? Math.min(1, busy / all) : 1
}

const shareOf = ({ all, parts }: Samples, part: Part): number => (all === 0 ? 0 : parts[part] / all)

function sumOf(samples: readonly Samples[]): Samples {
  const parts: Record<Part, number> = { outbox: 0, compare: 0, chain: 0 }
  for (const each of samples) for (const part of PARTS) parts[part] += each.parts[part]
  return { all: samples.reduce((sum, { all }) => sum + all, 0), parts }
}
