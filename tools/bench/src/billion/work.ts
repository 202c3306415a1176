import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StepBatch } from '@freshet/learner'
import { declareTwoTower, type TrainableModel } from '@freshet/model'
import { bytesOf, randomBelow, randomUnit } from '@freshet/kernel'
import { idsOf } from '../step/work'

/** The shape that the figures are named after: 28 ids an example, of which two bags of ten are averaged. */
export const SHAPE = { user: [1, 1, 1, 1, 10, 10], item: [1, 1, 1, 1], slots: 28, dimensions: 64, batch: 1024, shards: 4 } as const

/** How ids are drawn: alike, or by the logarithm of their rank, as users and items are met. */
export const KINDS = ['uniform', 'log-uniform'] as const

/** One of them. */
export type Kind = (typeof KINDS)[number]

const SEED = 23
const USER_SLOTS = SHAPE.user.reduce((sum, length) => sum + length, 0)

/** The two-tower: 384-256-64 beside 256-128-64, learned by softmax over the items of each shard. */
export const twoTower = (): TrainableModel =>
  declareTwoTower({
    user: { fields: SHAPE.user, layers: tower(256) },
    item: { fields: SHAPE.item, layers: tower(128) },
    dimensions: SHAPE.dimensions,
    embeddings: { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-8 },
  })

const tower = (hidden: number) =>
  [
    { width: hidden, activation: 'relu' },
    { width: 64, activation: 'linear' },
  ] as const

/**
 * Numbers of rows, slots of the first example first.
 *
 * math    uniform: ⌊u·N⌋;  log-uniform: ⌊(N + 1)ᵘ⌋ − 1, so that P(x) ~ 1 / (x + 1)
 */
export function drawRows(kind: Kind, rows: number, batch: number): Uint32Array {
  const draw = (i: number): number =>
    kind === 'uniform' ? randomBelow(rows, SEED, batch, i) : Math.min(rows - 1, Math.floor((rows + 1) ** randomUnit(SEED, batch, i)) - 1)
  return Uint32Array.from({ length: SHAPE.batch * SHAPE.slots }, (_, i) => draw(i))
}

/** Batches of a kind as the engine takes them. */
export const batchesOf = (kind: Kind, rows: number, batches: number): StepBatch[] =>
  Array.from({ length: batches }, (_, b) => towerBatch(drawRows(kind, rows, b)))

/** Writes the batches of each kind where the peer reads them: `<kind>.bin` (u32), batch after batch. */
export function writeBatches(directory: string, rows: number, batches: number): void {
  for (const kind of KINDS) {
    const drawn = Array.from({ length: batches }, (_, b) => bytesOf(drawRows(kind, rows, b)))
    writeFileSync(join(directory, `${kind}.bin`), Buffer.concat(drawn))
  }
}

/** No item is another's negative twice, and none is likelier than others to be one: the softmax is the plain one, as the peer's is. */
function towerBatch(rows: Uint32Array): StepBatch {
  const count = rows.length / SHAPE.slots
  const part = (from: number, to: number): Uint32Array =>
    idsOf(
      Uint32Array.from(
        { length: count * (to - from) },
        (_, i) => rows[Math.floor(i / (to - from)) * SHAPE.slots + from + (i % (to - from))],
      ),
    )
  return {
    count,
    ids: { userRows: part(0, USER_SLOTS), itemRows: part(USER_SLOTS, SHAPE.slots) },
    columns: {
      weights: new Float32Array(count).fill(1 / count),
      logQ: new Float32Array(count),
      itemKey: Float32Array.from({ length: count }, (_, i) => i),
    },
  }
}
