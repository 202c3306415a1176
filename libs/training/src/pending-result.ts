import { Progress, Result, type Skip } from '@freshet/contracts'
import { ABSENT, type Table, unique } from '@freshet/embedding'
import { bytesOf, checksumBytes } from '@freshet/kernel'
import type { LearnerState } from './learner-state'
import type { SkippedExample, StepOutcome } from './learner'

const PART_BYTES_MAX = 768 << 10 // a journal record holds at most 1 MiB, envelope included

/** What has been learned and not yet told: the touched ids of the steps since the last result. */
export class PendingResult {
  private touched: Uint32Array[] = []
  private fromStep: number
  private rowsOmitted = false
  private acceptedMs = 0
  private left: LeftOut[] = []

  constructor(resultStep: number) {
    this.fromStep = resultStep + 1
  }

  /** True when no step has been executed since the last result. */
  isEmpty(state: LearnerState): boolean {
    return state.step < this.fromStep
  }

  /** Examples of untold steps that were left out. */
  get leftOut(): readonly LeftOut[] {
    return this.left
  }

  /** Notes what a step left out: followers do, too, who may have to tell it. */
  noteSkipped({ step, skipped }: StepOutcome): void {
    for (const example of skipped) this.left.push({ ...example, step })
  }

  /** Notes what a step touched; without `withRows` (backfill) readers are sent to the next version. */
  note(outcome: StepOutcome, withRows: boolean): void {
    this.noteSkipped(outcome)
    this.acceptedMs = Math.max(this.acceptedMs, outcome.acceptedMs)
    if (!withRows) this.omitRows()
    else if (!this.rowsOmitted) this.touched.push(outcome.touched)
  }

  /** The result of all steps so far, in parts; the last one carries chain, positions and progress. Starts the next one. */
  seal(state: LearnerState, withDense: boolean): Result[] {
    const span = { fromStep: this.fromStep, toStep: state.step, chain: checksumBytes(state.chain) }
    const rows = this.rowsOmitted ? [] : rowParts(state.table, this.touched)
    const dense = withDense ? denseParts(state.dense) : []
    const parts = [...rows, ...dense].map((part) => Result.create({ ...span, ...part, continues: true }))
    const { examples, rankLoss, recallLoss, auc } = state.metrics.read()
    const last = Result.create({
      ...parts.pop(),
      ...span,
      continues: false,
      contains: [...state.contains],
      rowsOmitted: this.rowsOmitted,
      skips: this.left.map(skipOf),
      progress: Progress.create({ examples, rankLoss, recallLoss, auc, acceptedMs: this.acceptedMs }),
    })
    this.restart(state.step)
    return [...parts, last]
  }

  /** The owner has told everything up to `resultStep`: what is gathered begins after it. */
  restart(resultStep: number): void {
    this.fromStep = resultStep + 1
    this.touched = []
    this.rowsOmitted = false
    this.left = this.left.filter(({ step }) => step > resultStep)
  }

  /** Leaves rows out of the result that is being gathered. */
  omitRows(): void {
    this.rowsOmitted = true
    this.touched = []
  }
}

/** An example that was left out, and of which step. */
export interface LeftOut extends SkippedExample {
  readonly step: number
}

const skipOf = ({ step, partition, group: { sourceOffset, ordinal }, item }: LeftOut): Skip => ({
  ...{ step, partition, sourceOffset, ordinal, item },
})

/** The touched rows as they are now, each once; ids that have none are told first, so that there is room for those that do. */
function rowParts(table: Table, touched: readonly Uint32Array[]): Partial<Result>[] {
  const all = new Uint32Array(touched.reduce((length, ids) => length + ids.length, 0))
  let at = 0
  for (const ids of touched) {
    all.set(ids, at)
    at += ids.length
  }
  const distinct = unique(all, all.length / 2)
  const { ids, rows, gone } = told(table, distinct.ids)
  const values = new Float32Array(rows.length * table.width)
  table.gatherRows(rows, ids, values)
  const rowsMax = Math.floor(PART_BYTES_MAX / (8 + 4 * table.width))
  return [
    ...chunks(gone.length, PART_BYTES_MAX / 4).map(([from, to]) => ({ goneIds: bytesOf(gone.subarray(from, to)) })),
    ...chunks(rows.length, rowsMax).map(([from, to]) => ({
      rowIds: bytesOf(ids.subarray(2 * from, 2 * to)),
      rowValues: bytesOf(values.subarray(from * table.width, to * table.width)),
    })),
  ]
}

/** Ids with their rows, and those that have none: given up, or not admitted. */
function told(table: Table, pairs: Uint32Array): { ids: Uint32Array; rows: Uint32Array; gone: Uint32Array } {
  const count = pairs.length / 2
  const found = new Uint32Array(count)
  table.find(pairs, count, found)
  const [ids, rows, gone]: [number[], number[], number[]] = [[], [], []]
  for (let i = 0; i < count; i++) {
    if (found[i] === ABSENT) gone.push(pairs[2 * i], pairs[2 * i + 1])
    else {
      ids.push(pairs[2 * i], pairs[2 * i + 1])
      rows.push(found[i])
    }
  }
  return { ids: Uint32Array.from(ids), rows: Uint32Array.from(rows), gone: Uint32Array.from(gone) }
}

function denseParts(dense: Float32Array): Partial<Result>[] {
  return chunks(dense.length, PART_BYTES_MAX / 4).map(([from, to]) => ({
    dense: bytesOf(dense.subarray(from, to)),
    denseOffset: from,
    denseLength: dense.length,
  }))
}

const chunks = (length: number, size: number): [number, number][] =>
  Array.from({ length: Math.ceil(length / size) }, (_, i) => [i * size, Math.min(length, (i + 1) * size)])
