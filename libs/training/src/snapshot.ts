import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
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

const tensorsOf = ({ dense, slots, chain, frequency, metrics }: SmallState): VersionDraft['tensors'] => ({
  [STATE_FILES.dense]: { dense, ...Object.fromEntries(slots.map((slot, i) => [slotName(i), slot])) },
  [STATE_FILES.learner]: {
    chain: new Uint32Array([chain.lo, chain.hi]),
    itemKeys: frequency.keys,
    itemCounts: frequency.counts,
    ...metrics,
  },
})

const slotName = (i: number): string => `slot.${i}`

/**
 * Makes a state before its first step what a version holds. Throws CorruptError naming the file and what it lacks, and what the table
 * throws; then the state is as it was.
 */
export async function restoreState(
  { tensors, documents, table: parts }: Omit<VersionContents, 'blobs'>,
  state: LearnerState,
): Promise<void> {
  const { model } = state
  const file = fileOf(tensors, STATE_FILES.dense)
  const [dense, ...slots] = ['dense', ...model.slots.map((_, i) => slotName(i))].map((name) => floats(file, name, model.dense.length))
  const learner = fileOf(tensors, STATE_FILES.learner)
  const { learned, positions, contains, ordinals, ...counters } = parseCounters(documents[STATE_FILES.counters])
  const counted = {
    ...counters,
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
  const chain = checksumOf(bytesIn(tensor(learner, 'chain', Uint32Array)))
  await state.table.restoreFrom(parts)
  model.adopt({ step: learned, chain, dense, slots })
  Object.assign(state, counted)
  for (const [own, stored] of [
    [state.positions, positions],
    [state.contains, contains],
    [state.ordinals, ordinals],
  ] as const)
    own.splice(0, own.length, ...stored)
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

function floats(file: Tensors, name: string, length: number): Float32Array {
  const found = tensor(file, name, Float32Array)
  if (found.length === length) return found
  throw new CorruptError(name, `it holds ${found.length} floats, where the model has ${length}`, REMEDY)
}

function parseCounters(text: string | undefined): LearnerCounters {
  if (text === undefined) throw new CorruptError(STATE_FILES.counters, 'the file is missing from the version', REMEDY)
  return JSON.parse(text) as LearnerCounters
}

const bytesIn = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

const REMEDY = 'remove the version; the one before it and the journal give the same state'
