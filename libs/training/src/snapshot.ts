import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Table } from '@freshet/embedding'
import { checksumOf, CorruptError, UnavailableError } from '@freshet/kernel'
import { ItemFrequency } from './item-frequency'
import { type LearnerCounters, type LearnerState, type SmallState, smallPartsOf, smallStateOf } from './learner-state'
import { ProgressiveMetrics } from './progressive-metrics'
import type { Tensors, VersionContents, VersionDraft } from './version-shelf'

/** The files of a version that hold state, beside the table's. */
const STATE_FILES = {
  dense: 'dense.safetensors',
  learner: 'learner.safetensors',
  counters: 'counters.json',
} as const

/** A state as it was at one moment, while steps go on. It can be written once. */
export interface Snapshot {
  /** What a full version of it takes, and what an increment. */
  readonly bytes: { readonly full: number; readonly increment: number }
  /** What is held of memory so that it is exact. */
  readonly heldBytes: number
  /** What a shelf is given; `signal` ends it with an UnavailableError. */
  draft(kind: 'full' | 'increment', signal: AbortSignal): Omit<VersionDraft, 'blobs'>
  /** Ends it: what was touched is told by the next increment, unless the version is `sealed`. */
  close(isSealed: boolean): void
}

/**
 * Takes a state between two steps; what a step changes later is kept first, once.
 *
 * cost    at once: a copy of what is counted by item and by score. A slice: a megabyte of the table copied and digested, two to three
 *         milliseconds; between two slices steps have their turn
 */
export function takeSnapshot(state: LearnerState): Snapshot {
  const scan = state.table.scan()
  const small = smallStateOf(state)
  const { before, after } = smallPartsOf(small)
  const rest = [...before, ...after].reduce((sum, { length }) => sum + length, 0)
  const hash = createHash('sha256')
  return {
    bytes: { full: rest + scan.bytes.all, increment: rest + scan.bytes.touched },
    get heldBytes() {
      return scan.heldBytes
    },
    draft: (kind, signal) => {
      const { entries, slices } = kind === 'full' ? scan.whole() : scan.increment()
      async function* bytes(): AsyncGenerator<Uint8Array> {
        for (const part of before) hash.update(part)
        yield* inTurns(slices(hash), signal)
        for (const part of after) hash.update(part)
      }
      const documents = { [STATE_FILES.counters]: small.counters }
      return { tensors: tensorsOf(small), documents, table: { entries, bytes }, digest: () => hash.copy().digest('hex') }
    },
    close: (isSealed) => scan.close(isSealed),
  }
}

/** Slice by slice: between two of them whatever else waits has its turn. */
async function* inTurns(slices: Iterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const slice of slices) {
    if (signal.aborted)
      throw new UnavailableError('the state that a version was made of', 'it is not the journal’s any more; make another version')
    if (slice.length > 0) yield slice
    await setImmediate()
  }
}

const tensorsOf = ({ dense, mean, square, powers, chain, frequency, metrics }: SmallState): VersionDraft['tensors'] => ({
  [STATE_FILES.dense]: { dense, mean, square },
  [STATE_FILES.learner]: {
    powers,
    chain: new Uint32Array([chain.lo, chain.hi]),
    itemKeys: frequency.keys,
    itemCounts: frequency.counts,
    ...metrics,
  },
})

/** The state that a version holds, into an empty table. Throws CorruptError naming the file and what it lacks. */
export async function restoreState(
  { tensors, documents, table: parts }: Omit<VersionContents, 'blobs'>,
  table: Table,
): Promise<LearnerState> {
  const dense = fileOf(tensors, STATE_FILES.dense)
  const learner = fileOf(tensors, STATE_FILES.learner)
  const counters = parseCounters(documents[STATE_FILES.counters])
  await table.restoreFrom(parts)
  return {
    ...counters,
    positions: [...counters.positions],
    contains: [...counters.contains],
    ordinals: [...counters.ordinals],
    chain: checksumOf(bytesIn(tensor(learner, 'chain', Uint32Array))),
    dense: tensor(dense, 'dense', Float32Array),
    mean: tensor(dense, 'mean', Float32Array),
    square: tensor(dense, 'square', Float32Array),
    powers: tensor(learner, 'powers', Float64Array),
    table,
    frequency: ItemFrequency.restore({
      keys: tensor(learner, 'itemKeys', Uint32Array),
      counts: tensor(learner, 'itemCounts', Float64Array),
    }),
    metrics: new ProgressiveMetrics({
      positives: tensor(learner, 'positives', Float64Array),
      negatives: tensor(learner, 'negatives', Float64Array),
      sums: tensor(learner, 'sums', Float64Array),
    }),
  }
}

function fileOf(tensors: VersionContents['tensors'], file: string): Tensors {
  const found = tensors[file]
  if (!found) throw new CorruptError(file, 'the file is missing from the version', REMEDY)
  return found
}

function tensor<T extends Float32Array | Float64Array | Uint32Array>(file: Tensors, name: string, type: new (length: number) => T): T {
  const found = file[name]
  if (!(found instanceof type)) throw new CorruptError(name, `it is no ${type.name}`, REMEDY)
  return found
}

function parseCounters(text: string | undefined): LearnerCounters {
  if (text === undefined) throw new CorruptError(STATE_FILES.counters, 'the file is missing from the version', REMEDY)
  return JSON.parse(text) as LearnerCounters
}

const bytesIn = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

const REMEDY = 'remove the version; the one before it and the journal give the same state'
