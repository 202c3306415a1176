import type { Table } from '@freshet/embedding'
import { checksumOf, CorruptError } from '@freshet/kernel'
import { ItemFrequency } from './item-frequency'
import { countersOf, type LearnerCounters, type LearnerState } from './learner-state'
import { ProgressiveMetrics } from './progressive-metrics'
import type { Tensors, VersionContents } from './version-shelf'

/** The files of a version that hold state. */
const STATE_FILES = {
  dense: 'dense.safetensors',
  table: 'table.safetensors',
  learner: 'learner.safetensors',
  counters: 'counters.json',
} as const

/** The state as tensors that show it as it lies in memory, page by page: nothing is copied, so nothing may step until they are written. */
export function snapshotState(state: LearnerState): Pick<VersionContents, 'tensors' | 'documents'> {
  const { keys, counts } = state.frequency.serialise()
  const { positives, negatives, sums } = state.metrics.serialise()
  const table = Object.fromEntries([...state.table.serialise()].map(({ name, bytes }) => [name, bytes]))
  return {
    tensors: {
      [STATE_FILES.dense]: { dense: state.dense, mean: state.mean, square: state.square },
      [STATE_FILES.table]: table,
      [STATE_FILES.learner]: {
        powers: state.powers,
        chain: new Uint32Array([state.chain.lo, state.chain.hi]),
        itemKeys: keys,
        itemCounts: counts,
        positives,
        negatives,
        sums,
      },
    },
    documents: { [STATE_FILES.counters]: JSON.stringify(countersOf(state)) },
  }
}

/** The inverse of {@link snapshotState}, into an empty table. Throws CorruptError naming the file and what it lacks. */
export function restoreState({ tensors, documents }: Pick<VersionContents, 'tensors' | 'documents'>, table: Table): LearnerState {
  const dense = fileOf(tensors, STATE_FILES.dense)
  const learner = fileOf(tensors, STATE_FILES.learner)
  const counters = parseCounters(documents[STATE_FILES.counters])
  const parts = Object.entries(fileOf(tensors, STATE_FILES.table)).map(([name, bytes]) => ({ name, bytes: bytesIn(bytes) }))
  table.restore(parts)
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
