import { createHash } from 'node:crypto'
import { type NamedBytes, openTable, type Table, type TableOptions } from '@freshet/embedding'
import { bytesOf, CHECKSUM_START, type Checksum64, checksum64, checksumOf, CorruptError, hash32 } from '@freshet/kernel'
import type { TrainableModel } from '@freshet/model'
import type { EngineTools } from './engine'

/** A part of a state at rest: a tensor by its name. */
export interface StatePart extends NamedBytes {
  readonly dtype: 'F32' | 'U32' | 'U8'
  readonly shape: readonly number[]
}

/** What a model's tables are opened with. */
export const tableOptions = (
  model: Pick<TrainableModel, 'tables'>,
  { seed, admission, tables = {} }: Pick<EngineTools, 'seed' | 'admission' | 'tables'>,
): TableOptions[] =>
  model.tables.map(({ name, width, segments, seed: own = hash32(name, seed) }) => ({
    ...{ width, seed: own, admission, ...tables[name] },
    segments: segments.map(({ length }) => length),
    optimisers: segments.map(({ optimiser }) => optimiser),
    rowScales: segments.map(({ scale }) => scale),
  }))

/** All that the next step depends on. */
export class EngineState {
  step: number
  chain: Checksum64
  /** shape  Float32[P] */
  dense: Float32Array
  /** How often it was restored: whoever keeps places of rows then forgets them. */
  restorations = 0
  /** By table: the ids, as pairs, whose rows were given up in the last step. Whoever has their values by value has to hear of it. */
  gone: readonly Uint32Array[] = []
  /** By slot of the dense optimiser: Float32[P]. */
  slots: readonly Float32Array[]
  /** By the declaration's order. */
  readonly tables: readonly Table[]
  private readonly names: readonly string[]
  private isAgain = false

  constructor(model: TrainableModel, { seed, admission, update, tables = {}, predecessor }: EngineTools, isShared = false) {
    this.step = predecessor?.step ?? 0
    this.chain = predecessor?.chain ?? CHECKSUM_START
    this.names = model.tables.map(({ name }) => name)
    this.dense = model.initialDense(seed)
    this.slots = (update?.slots ?? []).map(({ start }) => new Float32Array(model.parameterCount).fill(start))
    this.tables =
      predecessor?.tables ?? tableOptions(model, { seed, admission, tables }).map((options) => openTable({ ...options, isShared }))
  }

  /** The state as named tensors. Nothing is copied: finish with them before the next step, or copy. */
  *parts(): Iterable<StatePart> {
    const counters = Uint32Array.of(this.step, this.chain.lo, this.chain.hi)
    yield { name: COUNTERS, dtype: 'U32', shape: [3], bytes: bytesOf(counters) }
    for (const [i, values] of [this.dense, ...this.slots].entries()) {
      yield { name: denseName(i), dtype: 'F32', shape: [values.length], bytes: bytesOf(values) }
    }
    for (const [t, table] of this.tables.entries()) {
      for (const part of table.serialise()) yield { ...part, name: `${this.names[t]}/${part.name}` }
    }
  }

  /** Becomes what {@link parts} gave. Throws CorruptError naming what is missing; then open another engine. */
  async restore(parts: AsyncIterable<NamedBytes> | Iterable<NamedBytes>): Promise<void> {
    const own = new Map<string, Uint8Array>()
    const readers = this.tables.map((table) => table.reading())
    for await (const { name, bytes } of parts) {
      const t = this.names.findIndex((table) => name.startsWith(`${table}/`))
      if (t < 0) own.set(name, Uint8Array.from(bytes))
      else readers[t].take({ name: name.slice(this.names[t].length + 1), bytes })
    }
    const taken = (name: string, length: number): ArrayBuffer => {
      const bytes = own.get(name)
      if (bytes?.byteLength === 4 * length) return bytes.buffer as ArrayBuffer
      throw new CorruptError(name, `${bytes?.byteLength ?? 0} of ${4 * length} bytes are there`, 'restore from another version')
    }
    const counters = taken(COUNTERS, 3)
    const [dense, ...slots] = [this.dense, ...this.slots].map(({ length }, i) => new Float32Array(taken(denseName(i), length)))
    for (const [t, reader] of readers.entries()) this.tables[t].finish(reader)
    this.adopt({ step: new Uint32Array(counters)[0], chain: checksumOf(new Uint8Array(counters, 4)), dense, slots })
  }

  /** Takes over all but the rows, for who has restored the tables by themselves. */
  adopt({ step, chain, dense, slots }: Pick<EngineState, 'step' | 'chain' | 'dense' | 'slots'>): void {
    this.step = step
    this.chain = chain
    this.dense = dense
    this.slots = slots
    this.restorations++
  }

  /** Lets rows expire that a step has not met, once all that it meets have been found or born. */
  expire(): void {
    const before = this.isAgain ? this.gone : []
    this.gone = this.tables.map((table, t) => Uint32Array.from([...(before[t] ?? []), ...table.expire({ step: this.step })]))
    this.isAgain = false
  }

  /** How often ids lost their rows otherwise: whoever keeps places of rows then forgets them. */
  get deletions(): number {
    return this.tables.reduce((sum, { deletions }) => sum + deletions, 0)
  }

  /** Says that a step turned out to be none; what gave its rows up in it is told by the step that follows. */
  takeBack(): void {
    for (const table of this.tables) table.keepMeetings(this.step)
    this.step--
    this.isAgain = true
  }

  /** Lets the chain see what a step consists of beside its gradients. */
  extendChain(bytes: Uint8Array): void {
    this.chain = checksum64(this.chain, bytes)
  }

  /** SHA-256 over all of it, as 64 hexadecimal digits. */
  digest(): string {
    const hash = createHash('sha256')
    for (const { bytes } of this.parts()) hash.update(bytes)
    return hash.digest('hex')
  }
}

const COUNTERS = 'counters'
const denseName = (i: number): string => (i === 0 ? 'dense' : `dense.${i}`)
