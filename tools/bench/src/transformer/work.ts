import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOf, randomBelow, randomUnit } from '@freshet/kernel'
import { declareSequence, type TrainableModel } from '@freshet/model'

/** Sizes of the model and of a batch: the figures are named after these. */
export const SIZES = { positions: 50, width: 64, layers: 2, heads: 1, hidden: 176, candidates: 256, batch: 256 } as const

/** Sequences that both sides of the comparison learn from. */
export interface SequenceWork {
  readonly model: TrainableModel
  /** Sequences of the batch. */
  readonly batch: number
  /** By input of the gradient graph: the whole batch, or what all of it shares. */
  readonly feeds: Readonly<Record<string, Float32Array>>
}

const SEED = 13
const ITEMS = 12_000

/** One batch of full histories of the model, the same each time. */
export function makeWork(batch: number = SIZES.batch): SequenceWork {
  const { positions, width, candidates } = SIZES
  const embeddings = { kind: 'sgd', learningRate: 0.1 } as const // rows come from the batch, and nothing keeps them
  const model = declareSequence({ ...SIZES, embeddings, loss: { kind: 'sampled-softmax', candidates } })
  const uniform = (length: number, salt: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => (2 * randomUnit(SEED, i, salt) - 1) * 0.05)
  const keys = (length: number, salt: number): Float32Array => Float32Array.from({ length }, (_, i) => randomBelow(ITEMS, SEED, i, salt))
  const feeds = {
    dense: model.initialDense(SEED),
    sequence: uniform(batch * (positions + 1) * width, 1),
    candidates: uniform(candidates * width, 2),
    weights: new Float32Array(batch * positions).fill(1 / (batch * positions)),
    ...{ followedKey: keys(batch * positions, 3), candidateKey: keys(candidates, 4) },
    ...{ followedLogQ: uniform(batch * positions, 5), candidateLogQ: uniform(candidates, 6) },
  }
  return { model, batch, feeds }
}

/** Writes the work where the peer reads it: `model.json`, and each feed as `<name>.bin`, Float32. */
export function writeWork(directory: string, { model, batch, feeds }: SequenceWork): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'model.json'), JSON.stringify({ ...SIZES, batch, parameters: model.parameters }))
  for (const [name, data] of Object.entries(feeds)) writeFileSync(join(directory, `${name}.bin`), bytesOf(data))
}
