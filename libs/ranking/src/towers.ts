import type { Table } from '@freshet/embedding'
import type { FeatureLayout, Part } from '@freshet/features'
import type { ModelSet } from '@freshet/model'
import type { CompileGraph, GraphRunner } from '@freshet/tensor'
import { writePooling } from './pooling'

/** The serving graphs of a model set, ready to run. */
export interface ServingGraphs {
  readonly rankItem: GraphRunner
  readonly rankParts: GraphRunner
  readonly user: GraphRunner
  readonly item: GraphRunner
}

/** Compiles the serving graphs once: parameters are fed, so a new model needs no new graph. */
export async function compileServingGraphs({ graphs }: ModelSet, compile: CompileGraph): Promise<ServingGraphs> {
  const { rankItem, rankParts, user, item } = graphs
  const runners = await Promise.all([rankItem, rankParts, user, item].map(compile))
  return { rankItem: runners[0], rankParts: runners[1], user: runners[2], item: runners[3] }
}

/** What one run of a tower computes with. */
export interface TowerParameters {
  readonly dense: Float32Array
  readonly table: Table
}

/** A batch of parts of one kind, one after the other. */
export interface PartBatch {
  readonly count: number
  readonly ids: Uint32Array
  readonly pooling: Float32Array
  readonly numbers: Float32Array
}

/**
 * Runs one tower.
 *
 * shape   ids [count, slots] as pairs, numbers [count, numbers]  →  Float32[count, width]
 */
export async function encode(tower: GraphRunner, { dense, table }: TowerParameters, batch: PartBatch): Promise<Float32Array> {
  const { count, ids, pooling, numbers } = batch
  const slots = pooling.length / count
  const rows = new Float32Array(count * slots * table.width)
  table.gather(ids, count * slots, rows)
  const { vector } = await tower.run({
    dense: { data: dense, shape: [dense.length] },
    rows: { data: rows, shape: [count, slots, table.width] },
    pooling: { data: pooling, shape: [count, slots] },
    numbers: { data: numbers, shape: [count, numbers.length / count] },
  })
  return vector
}

/** One user's part as a batch of one. */
export function userBatch({ user: layout }: FeatureLayout, { ids, numbers }: Part): PartBatch {
  const pooling = new Float32Array(layout.ids)
  writePooling({ layout, ids, idsAt: 0 }, pooling, 0)
  return { count: 1, ids, pooling, numbers }
}

/** An item's vector is a direction and, last, a popularity; what is alike points the same way, however popular. */
export const directionWidth = (width: number): number => width - 1
