import { type Part, PARTS, type Samples, type Shares } from './parts'
import type { Slice } from './slice'

/** What some slices of one process say of its CPU. */
export interface Attribution {
  /** The share of the threads that were sampled. */
  readonly sampled: number
  /** The share of the pool in which LMDB writes. */
  readonly writing: number
  readonly parts: Readonly<Record<Part, number>>
}

/**
 * The shares of a process's CPU that belong to the parts, by slices of its threads and `sharesOf` each.
 *
 * math    a thread's samples are weighed by its CPU; what the pool used goes by the samples in which something was handed to LMDB, an upper
 *         bound for who writes, since little things at the end cost it least; what V8's helpers used (collecting, compiling) to all in proportion
 */
export function attribute(slices: readonly Slice[], sharesOf: (slice: Slice) => Shares): Attribution {
  const shares = slices.map(sharesOf)
  const seconds = slices.reduce((sum, slice) => sum + slice.seconds, 0)
  const written = sumOf(shares.map(({ writing: samples }) => samples))
  const { sampled, writing } = sharesOfThreads(slices)
  const partOf = (part: Part): number => {
    const own = slices.reduce((sum, slice, i) => sum + shareOf(shares[i].busy, part) * slice.seconds, 0) / Math.max(seconds, Number.EPSILON)
    return (1 - writing) * own + writing * (written.all === 0 ? own : shareOf(written, part))
  }
  return { sampled, writing, parts: { outbox: partOf('outbox'), compare: partOf('compare'), chain: partOf('chain') } }
}

/** Each thread's slices cover its own seconds, so that rates are compared and not sums. */
function sharesOfThreads(slices: readonly Slice[]): Pick<Attribution, 'sampled' | 'writing'> {
  const threads = new Set(slices.map(({ thread }) => thread))
  const poolOf = ({ laterThreads }: Slice): number =>
    Object.entries(laterThreads).reduce((sum, [thread, seconds]) => sum + (threads.has(thread) ? 0 : seconds), 0)
  const main = slices.filter(({ thread, process }) => thread === String(process))
  const busy = [...threads].map((id) => slices.filter(({ thread }) => thread === id)).map((own) => rateOf(own, ({ seconds }) => seconds))
  const all = rateOf(slices, ({ processSeconds }) => processSeconds)
  const within = (rate: number): number => (all > 0 ? Math.min(1, rate / all) : 0)
  return { sampled: within(busy.reduce((sum, rate) => sum + rate, 0)), writing: within(rateOf(main, poolOf)) }
}

function rateOf(slices: readonly Slice[], usedOf: (slice: Slice) => number): number {
  const spanMs = slices.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  return spanMs === 0 ? 0 : slices.reduce((sum, slice) => sum + usedOf(slice), 0) / spanMs
}

const shareOf = ({ all, parts }: Samples, part: Part): number => (all === 0 ? 0 : parts[part] / all)

function sumOf(samples: readonly Samples[]): Samples {
  const parts: Record<Part, number> = { outbox: 0, compare: 0, chain: 0 }
  for (const each of samples) for (const part of PARTS) parts[part] += each.parts[part]
  return { all: samples.reduce((sum, { all }) => sum + all, 0), parts }
}
