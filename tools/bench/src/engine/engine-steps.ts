import { openSharedEngine, type SharedEngine, type StepBatch, threadsOf } from '@freshet/learner'
import type { TrainableModel } from '@freshet/model'
import { compileOnnx } from '@freshet/onnx'
import { declareUpdate } from '@freshet/tensor'
import { idsOf } from '../step/work'
import { type Spent, spentBy } from './spent'

/** What an engine under measurement is made of. */
export interface EngineWork {
  readonly model: TrainableModel
  /** Rows that the first table holds before the first step; their ids are those of `idsOf`. */
  readonly rows: number
  /** Where the table is empty at first, to be restored. */
  readonly isEmpty?: boolean
  readonly logicalShards: number
}

const BIRTHS_AT_ONCE = 65_536
const LEARNING_RATE = 0.001
const LOSS_KEPT = 0.98 // of the smoothed loss, a step

/** The product's engine on ONNX Runtime, Adam on its dense parameters, its table filled. */
export async function openEngineOf({ model, rows, isEmpty, logicalShards }: EngineWork): Promise<SharedEngine> {
  const engine = await openSharedEngine(model, {
    compile: compileOnnx(),
    start: threadsOf({ module: require.resolve('@freshet/onnx'), compiler: 'compileOnnx' }),
    update: declareUpdate({ optimiser: { kind: 'adam' }, parameters: model.parameters }),
    learningRate: LEARNING_RATE,
    ...{ seed: 1, logicalShards },
    tables: { [model.tables[0].name]: { rowsExpected: rows } },
  })
  const [table] = engine.state.tables
  for (let from = 0; from < rows && !isEmpty; from += BIRTHS_AT_ONCE) {
    const count = Math.min(BIRTHS_AT_ONCE, rows - from)
    table.rowsOf(idsOf(Uint32Array.from({ length: count }, (_, i) => from + i)), count, { step: 0 })
  }
  return engine
}

/** Takes steps, batch after batch, each told which one comes next. */
export class EngineSteps {
  /** Smoothed: a step that learns nothing is fast. */
  loss = 0
  private next = 0

  constructor(
    readonly engine: SharedEngine,
    private readonly batches: readonly StepBatch[],
  ) {}

  /** Takes so many steps; `onStep` is told what each one took. */
  run(steps: number, onStep: (ms: number) => void = () => undefined): Promise<Spent> {
    return spentBy(process.pid, async () => {
      for (let i = 0; i < steps; i++) {
        const startMs = performance.now()
        const batch = this.batches[this.next++ % this.batches.length]
        const { loss } = await this.engine.step(batch, { next: this.batches[this.next % this.batches.length] })
        this.loss = this.loss === 0 ? loss : LOSS_KEPT * this.loss + (1 - LOSS_KEPT) * loss
        onStep(performance.now() - startMs)
      }
      return undefined
    })
  }
}
