import { declareDcnV2, declareDeepFm, declareWideAndDeep, type RowOptimiser, type TrainableModel } from '@freshet/model'
import type { ClickCraft } from './click-fit'

/** A click model with all that was chosen for it, on validation. */
export interface ClickModel {
  /** What its figures are called. */
  readonly name: string
  /** What was chosen, as people read it. */
  readonly chosen: string
  /** λ of the decay of rows. */
  readonly decay: number
  readonly craft: ClickCraft
  /** The model of examples of so many fields. */
  declare(fields: number): TrainableModel
}

const RATE = 3e-3
const DECAY = 2e-2
const EPOCHS = 16
const STEPS = 6320 // of those epochs, 202,027 examples in batches of 512
const DIMENSIONS = 10 // as the published table has it
const HIDDEN = [400, 400]
const DROPOUT = 0.2
const ADAM: RowOptimiser = { kind: 'adam', learningRate: RATE, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
const CRAFT: ClickCraft = {
  optimiser: { kind: 'adam' },
  schedule: { kind: 'cosine', rate: RATE, steps: STEPS },
  batchSize: 512,
  epochsMax: EPOCHS,
}

const shared = (fields: number) => ({
  ...{ fields: new Array<number>(fields).fill(1), dimensions: DIMENSIONS, hidden: HIDDEN, dropout: DROPOUT },
  ...{ embeddings: ADAM, weights: ADAM },
})
const chosen = `embeddings of ${DIMENSIONS}, layers ${HIDDEN.join('-')}, dropout ${DROPOUT}, Adam at ${RATE} falling to 0 along a cosine of ${EPOCHS} epochs, batches of ${CRAFT.batchSize}, rows decay by ${DECAY}`

/** The models that are tried on clicks; the first alone in a quick run. */
export const CLICK_MODELS: readonly ClickModel[] = [
  { name: 'deepfm', chosen, decay: DECAY, craft: CRAFT, declare: (fields) => declareDeepFm(shared(fields)) },
  {
    name: 'dcnv2',
    chosen: `3 cross layers, ${chosen}`,
    decay: DECAY,
    craft: CRAFT,
    declare: (fields) => declareDcnV2({ ...shared(fields), crossLayers: 3 }),
  },
  { name: 'wide_deep', chosen, decay: DECAY, craft: CRAFT, declare: (fields) => declareWideAndDeep(shared(fields)) },
]
