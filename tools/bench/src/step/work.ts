import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOf, mix64, randomUnit } from '@freshet/kernel'
import { zipf } from './zipf'

/** What both sides of the comparison train on. */
export interface StepWork {
  /** Rows of the table, all there before the first step. */
  readonly rows: number
  /** Distinct batches; they come round again. */
  readonly batches: number
}

/** Ids an example, width of an embedding, examples a batch, widths of the deep part: the figures are named after these. */
export const SHAPE = { slots: 24, dimensions: 16, batch: 1024, hidden: [256, 128, 64] } as const

const EXPONENT = 0.93 // about 17,100 of a batch's 24,576 ids are then distinct, as when the peers were first measured (docs/BENCHMARKS.md)
const SEED = 11

/** One batch: numbers of rows, slots of the first example first; and a label an example. */
export interface RawBatch {
  readonly rows: Uint32Array
  readonly labels: Float32Array
}

/** All batches, the same each time. */
export function makeBatches({ rows, batches }: StepWork): RawBatch[] {
  const perBatch = SHAPE.batch * SHAPE.slots
  return Array.from({ length: batches }, (_, b) => ({
    rows: zipf(perBatch, { range: rows, exponent: EXPONENT, seed: SEED + b }),
    labels: Float32Array.from({ length: SHAPE.batch }, (__, i) => (randomUnit(SEED, b, i) < 0.25 ? 1 : 0)),
  }))
}

/** Writes the batches where the peer reads them: `rows.bin` (u32) and `labels.bin` (Float32), batch after batch. */
export function writeBatches(directory: string, batches: readonly RawBatch[]): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'rows.bin'), Buffer.concat(batches.map(({ rows }) => bytesOf(rows))))
  writeFileSync(join(directory, 'labels.bin'), Buffer.concat(batches.map(({ labels }) => bytesOf(labels))))
}

/** The 64-bit ids of rows, as pairs (lo, hi): scattered like hashes, so that no order of the rows helps anybody. */
export function idsOf(rows: Uint32Array): Uint32Array {
  const pairs = new Uint32Array(2 * rows.length)
  for (let i = 0; i < rows.length; i++) {
    pairs[2 * i] = Math.imul(rows[i] + 1, GOLDEN) >>> 0
    pairs[2 * i + 1] = mix64(rows[i], GOLDEN)
  }
  return pairs
}

const GOLDEN = 0x9e3779b1 // odd, so that multiplying by it takes no two rows to one word
