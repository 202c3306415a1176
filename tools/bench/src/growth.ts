import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StepBatch } from '@freshet/learner'
import { declareWideAndDeep, type TrainableModel } from '@freshet/model'
import { EngineSteps, openEngineOf } from './engine/engine-steps'
import { type CurvePoint, logCurveSvg } from './growth/curve'
import { median, quantile } from './harness/quantile'
import { atMost, type Measured } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { idsOf, SHAPE } from './step/work'
import { zipf } from './step/zipf'

/** One setting; each axis changes one of its numbers. */
interface Setting {
  readonly ids: number
  readonly width: number
  readonly batch: number
}

const BASE: Setting = { ids: 1_000_000, width: 16, batch: 1024 }
const WIDE_IDS = 100_000_000 // rows of 8 then: those of 16 would take more than half of the machine's memory

/** The axes of the figures, and how many steps each point takes. */
const FULL = {
  steps: 100,
  newIdSteps: 2000,
  axes: { ids: [1e5, 1e6, 1e7, WIDE_IDS], width: [8, 16, 32, 64, 128], batch: [32, 128, 512, 2048, 8192] },
} as const
const QUICK = { steps: 8, newIdSteps: 80, axes: { ids: [1e5, 1e6], width: [8, 64], batch: [32, 2048] } } as const
const HIDDEN = [64, 32] // the dense part is small: what grows is the sparse one
const BATCHES = 16
const WORKERS = 2
const LOGICAL_SHARDS = 4
const STALL_MAX = 3
const EXPONENT = 0.93

/** What a step takes as one number grows and the others stay; and how even steps are while a table grows. */
async function growth(scope: BenchScope) {
  const effort = scope.isQuick ? QUICK : FULL
  const directory = scope.options.out ?? scope.directory
  mkdirSync(directory, { recursive: true })
  const figures: Record<string, Measured> = {}
  for (const axis of ['ids', 'width', 'batch'] as const) {
    const points: CurvePoint[] = []
    for (const x of effort.axes[axis]) {
      const setting = { ...BASE, ...(x === WIDE_IDS ? { width: 8 } : {}), [axis]: x }
      const ms = await measure(setting, effort.steps)
      points.push({ x, y: (ms * 1000) / setting.batch })
      scope.say(
        `${axis} ${x.toLocaleString('en-US')}: ${ms.toFixed(2)} ms a step, ${((ms * 1000) / setting.batch).toFixed(2)} µs an example`,
      )
      figures[`${axis}_${x}_us`] = { value: (ms * 1000) / setting.batch, unit: 'µs an example' }
    }
    const file = join(directory, `growth-${axis}.svg`)
    writeFileSync(file, logCurveSvg({ title: `a step as ${axis} grows`, xName: axis, yName: 'µs an example' }, points))
    scope.say(`drawn into ${file}`)
  }
  const times = await grow(effort.newIdSteps)
  const [middle, far] = [median(times), quantile(times, 0.999)]
  scope.say(
    `while a table grows from nothing by ${effort.newIdSteps} steps of new ids: ${middle.toFixed(2)} ms, 99.9 % within ${far.toFixed(2)} ms`,
  )
  return {
    ...figures,
    growing_p50_ms: { value: middle, unit: 'ms' },
    growing_p999_ms: { value: far, unit: 'ms' },
    p999_over_median: { value: far / middle, unit: 'times the median', goal: atMost(STALL_MAX) },
  }
}

/** Milliseconds that a step takes in the middle. */
async function measure({ ids, width, batch }: Setting, steps: number): Promise<number> {
  const engine = await openEngineOf({ model: modelOf(width), rows: ids, logicalShards: LOGICAL_SHARDS })
  await engine.crew.scaleTo(WORKERS)
  const drawn = (b: number): Uint32Array => zipf(batch * SHAPE.slots, { range: ids, exponent: EXPONENT, seed: 31 + b })
  const taken = new EngineSteps(
    engine,
    Array.from({ length: BATCHES }, (_, b) => batchOf(drawn(b), batch)),
  )
  await taken.run(BATCHES)
  const times: number[] = []
  await taken.run(steps, (ms) => times.push(ms))
  await engine.close()
  return median(times)
}

/** Milliseconds of each step while every id is new. */
async function grow(steps: number): Promise<number[]> {
  const engine = await openEngineOf({ model: modelOf(BASE.width), rows: 0, logicalShards: LOGICAL_SHARDS })
  await engine.crew.scaleTo(WORKERS)
  const perBatch = BASE.batch * SHAPE.slots
  const batchAt = (step: number): StepBatch => {
    const rows = Uint32Array.from({ length: perBatch }, (_, i) => step * perBatch + i)
    return batchOf(rows, BASE.batch)
  }
  const times: number[] = []
  for (let step = 0, batch = batchAt(0); step < steps; step++) {
    const next = batchAt(step + 1)
    const startMs = performance.now()
    await engine.step(batch, { next })
    times.push(performance.now() - startMs)
    batch = next
  }
  await engine.close()
  return times.slice(BATCHES)
}

const ADAGRAD = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-8 } as const
const modelOf = (width: number): TrainableModel =>
  declareWideAndDeep({
    ...{ fields: new Array<number>(SHAPE.slots).fill(1), dimensions: width, hidden: HIDDEN },
    ...{ embeddings: ADAGRAD, weights: ADAGRAD },
  })

const batchOf = (rows: Uint32Array, count: number): StepBatch => ({
  count,
  ids: { rows: idsOf(rows) },
  columns: { labels: Float32Array.from({ length: count }, (_, i) => i & 1), weights: new Float32Array(count).fill(1 / count) },
})

void runBench('growth', growth, { knows: ['out'] }).then((code) => process.exit(code))
