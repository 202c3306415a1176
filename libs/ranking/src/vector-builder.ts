import type { Clock } from '@freshet/kernel'
import type { GraphRunner } from '@freshet/tensor'
import type { ItemIndex } from './item-index'
import type { DenseState, ServingModel } from './serving-model'
import { directionWidth, encode, type PartBatch } from './towers'

/** What makes vectors, and from what. */
export interface VectorBuilderOptions {
  readonly index: ItemIndex
  readonly model: ServingModel
  readonly itemTower: GraphRunner
  readonly clock: Clock
}

/**
 * Keeps the items' vectors up with the model, in small batches: items whose features or rows have changed, and, for new
 * dense parameters or once a minute, all of them into a second buffer that replaces the first together with the parameters.
 */
export class VectorBuilder {
  private readonly queue: number[] = []
  private queued: Uint8Array = new Uint8Array(0)
  /** How many of the queue were never made. */
  private withoutVector = 0
  private pass: Pass | undefined
  private passEndedMs = 0
  private passNext = false

  constructor(private readonly options: VectorBuilderOptions) {
    const { index, model } = options
    index.onChange((at) => this.mark(at))
    index.follow(model)
  }

  /** True once every item has a vector that belongs to the served parameters. */
  get isReady(): boolean {
    return this.passEndedMs > 0
  }

  /** Makes one batch of vectors; false where nothing waits. */
  async step(): Promise<boolean> {
    this.startPassWhenDue()
    const takesPass = this.pass !== undefined && (this.passNext || this.queue.length === 0 || !this.isReady)
    this.passNext = !takesPass
    if (this.pass !== undefined && takesPass) return this.advance(this.pass)
    if (this.queue.length === 0) return false
    await this.renewQueued()
    return true
  }

  /** Makes all vectors anew at once, for the newest parameters: for evaluation, which has no background. */
  async refresh(): Promise<void> {
    this.pass = this.newPass()
    this.clearQueue()
    while (this.pass !== undefined) await this.advance(this.pass)
  }

  /** Makes the vectors of what has changed anew, with the parameters in service: for evaluation, between two {@link refresh}. */
  async renewChanged(): Promise<void> {
    while (this.queue.length > 0) await this.renewQueued()
  }

  /** Works until `signal` aborts: at full speed while many items have no vector at all, then for a twentieth of the time. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.options
    while (!signal.aborted) {
      const startMs = clock.monotonicMs()
      const worked = await this.step()
      const tookMs = clock.monotonicMs() - startMs
      if (!worked) await clock.sleep(IDLE_MS, signal)
      else await clock.sleep(this.isPressed ? 0 : tookMs * REST_PER_WORK, signal)
    }
  }

  private get isPressed(): boolean {
    return !this.isReady || this.withoutVector > this.options.index.size / PRESSING
  }

  private mark(at: number): void {
    const { columns } = this.options.index
    if (at >= this.queued.length) this.queued = widened(this.queued, columns.capacity)
    if (this.queued[at] === 1) return
    this.queued[at] = 1
    this.queue.push(at)
    if (columns.lengths[at] === 0) this.withoutVector++
  }

  private clearQueue(): void {
    this.queue.length = 0
    this.queued.fill(0)
    this.withoutVector = 0
  }

  private startPassWhenDue(): void {
    const { model, index, clock } = this.options
    if (this.pass !== undefined || index.size === 0) return
    const aged = this.isReady && clock.monotonicMs() - this.passEndedMs >= PASS_EVERY_MS
    if (model.dueDense === undefined && !aged) return
    if (!this.isReady) this.clearQueue() // a first pass makes all of them
    this.pass = this.newPass()
  }

  private newPass(): Pass {
    const { model, index } = this.options
    const { vectors, lengths } = index.columns
    return {
      state: model.dueDense ?? model.denseState,
      cursor: 0,
      vectors: new Float32Array(vectors.length),
      lengths: new Float32Array(lengths.length),
    }
  }

  private async advance(pass: Pass): Promise<true> {
    const { index, model, clock } = this.options
    const end = Math.min(pass.cursor + BATCH, index.size)
    const places = Array.from({ length: end - pass.cursor }, (_, i) => pass.cursor + i)
    const nowMs = clock.nowMs()
    for (const at of places) index.renew(at, nowMs)
    widenPass(pass, index)
    if (places.length > 0) await this.encodeInto(places, pass)
    pass.cursor = end
    if (end < index.size) return true
    widenPass(pass, index)
    index.columns.vectors.set(pass.vectors)
    index.columns.lengths.set(pass.lengths)
    model.adopt(pass.state)
    this.passEndedMs = Math.max(clock.monotonicMs(), Number.MIN_VALUE)
    this.pass = undefined
    return true
  }

  /** What the pass has already been at is renewed in both buffers, or it would fall back when they are swapped. */
  private async renewQueued(): Promise<void> {
    const { index, model } = this.options
    const places = this.queue.splice(0, BATCH)
    const { vectors, lengths } = index.columns
    for (const at of places) {
      this.queued[at] = 0
      if (lengths[at] === 0) this.withoutVector = Math.max(0, this.withoutVector - 1)
    }
    await this.encodeInto(places, { state: model.denseState, vectors, lengths })
    const { pass } = this
    const behind = pass === undefined ? [] : places.filter((at) => at < pass.cursor)
    if (pass !== undefined && behind.length > 0) await this.encodeInto(behind, pass)
  }

  private async encodeInto(places: readonly number[], { state, vectors, lengths }: VectorBuffer): Promise<void> {
    const { index, model, itemTower } = this.options
    const width = index.columns.widths.vector
    const made = await encode(itemTower, { dense: state.dense, table: model.table }, batchOf(places, index))
    places.forEach((at, i) => {
      const vector = made.subarray(i * width, (i + 1) * width)
      vectors.set(vector, at * width)
      lengths[at] = Math.max(SHORTEST, Math.sqrt(vector.subarray(0, directionWidth(width)).reduce((sum, x) => sum + x * x, 0)))
    })
  }
}

const SHORTEST = 1e-20 // of a vector that is there: 0 says that there is none
const BATCH = 32 // about a millisecond of the event loop
const IDLE_MS = 20
const REST_PER_WORK = 19 // 5 % of a core
const PRESSING = 8 // where more than an eighth of the items wait for a first vector, resting would hide them
const PASS_EVERY_MS = 60_000 // windows slide even where nothing happens

interface VectorBuffer {
  readonly state: DenseState
  readonly vectors: Float32Array
  readonly lengths: Float32Array
}

interface Pass extends VectorBuffer {
  cursor: number
  vectors: Float32Array
  lengths: Float32Array
}

function batchOf(places: readonly number[], { columns }: ItemIndex): PartBatch {
  const { ids, numbers } = columns.widths
  const batch = {
    count: places.length,
    ids: new Uint32Array(2 * places.length * ids),
    pooling: new Float32Array(places.length * ids),
    numbers: new Float32Array(places.length * numbers),
  }
  places.forEach((at, i) => {
    batch.ids.set(columns.ids.subarray(2 * at * ids, 2 * (at + 1) * ids), 2 * i * ids)
    batch.pooling.set(columns.pooling.subarray(at * ids, (at + 1) * ids), i * ids)
    batch.numbers.set(columns.numbers.subarray(at * numbers, (at + 1) * numbers), i * numbers)
  })
  return batch
}

/** Items may have come while the pass went on. */
function widenPass(pass: Pass, { columns }: ItemIndex): void {
  if (pass.lengths.length === columns.lengths.length) return
  pass.vectors = widenedFloats(pass.vectors, columns.vectors.length)
  pass.lengths = widenedFloats(pass.lengths, columns.lengths.length)
}

function widenedFloats(from: Float32Array, length: number): Float32Array {
  const to = new Float32Array(length)
  to.set(from)
  return to
}

function widened(from: Uint8Array, length: number): Uint8Array {
  const to = new Uint8Array(length)
  to.set(from)
  return to
}
