import { hash32, mix64, randomWord } from '@freshet/kernel'
import type { Column, TrainableModel } from '@freshet/model'
import type { StepBatch } from './engine'

/** What drawn columns are drawn by. */
export interface DrawKey {
  readonly seed: number
  readonly step: number
}

/**
 * Fills a drawn column for the examples `from` and on.
 *
 * shape   out Float32[examples, width]
 * math    uniform in [0, 1) with 24 bits: a function of (seed, step, column, index in the cut, element)
 */
export function drawColumn({ input, width }: Column, { seed, step }: DrawKey, { out, from }: { out: Float32Array; from: number }): void {
  const key = mix64(hash32(input, seed), step)
  for (let i = 0; i < out.length; i++) out[i] = (randomWord(key, from + Math.floor(i / width), i % width) >>> 8) / 16_777_216
}

/** A batch's columns, drawn ones among them. */
export function allColumns(model: TrainableModel, batch: StepBatch, key: DrawKey): Record<string, Float32Array> {
  const columns: Record<string, Float32Array> = { ...batch.columns }
  for (const column of model.columns) {
    if (!column.isDrawn) continue
    columns[column.input] = new Float32Array((column.isShared ? 1 : batch.count) * column.width)
    drawColumn(column, key, { out: columns[column.input], from: 0 })
  }
  return columns
}
