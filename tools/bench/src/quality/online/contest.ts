import { shuffled } from '@freshet/kernel'
import { openEngine, type StepBatch, type StepEngine } from '@freshet/learner'
import type { TrainableModel } from '@freshet/model'
import { type CompileGraph, declareUpdate, type DenseOptimiser } from '@freshet/tensor'
import type { Stream } from './stream'

/** How both sides learn: the same model, optimiser and rate. */
export interface ContestCraft {
  readonly optimiser: DenseOptimiser
  readonly learningRate: number
  /** Examples a step, online: all of a cut are scored before any is learned from. */
  readonly cut: number
  /** Examples a step of a refit. */
  readonly batchSize: number
}

/** What both sides need. */
export interface ContestScope {
  readonly model: TrainableModel
  readonly craft: ContestCraft
  readonly seed: number
  readonly compile: CompileGraph
}

const REFIT_AFTER_S = 24 * 3600
const REFIT_EVENTS_MIN = 500
const REFIT_EPOCHS = 2
const UNKNOWN = 0.5 // what a side says that has learned nothing yet

/** Probabilities of every event by a model that learns from each as soon as it has been scored. */
export async function learnOnline(stream: Stream, scope: ContestScope): Promise<Float32Array> {
  const engine = await openSide(scope)
  const scores = new Float32Array(stream.count)
  for (let from = 0; from < stream.count; from += scope.craft.cut) {
    const to = Math.min(stream.count, from + scope.craft.cut)
    scores.set((await engine.step(batchOf(stream, range(from, to)))).scores, from)
  }
  await engine.close()
  return scores
}

/** What a nightly batch gives. */
export interface Nightly {
  readonly scores: Float32Array
  readonly refits: number
}

/**
 * Probabilities of every event by a model that is fitted anew, on all events so far, whenever a day has passed and enough is new; between two refits it
 * stays as it is.
 */
export async function learnNightly(stream: Stream, scope: ContestScope): Promise<Nightly> {
  const scores = new Float32Array(stream.count).fill(UNKNOWN)
  const nights = refitPlaces(stream.times)
  for (const [night, from] of nights.entries()) {
    const engine = await openSide(scope)
    await refit(engine, stream, { until: from, ...scope })
    const to = nights[night + 1] ?? stream.count
    for (let at = from; at < to; at += SCORED_AT_ONCE) {
      scores.set(await engine.score(batchOf(stream, range(at, Math.min(to, at + SCORED_AT_ONCE)))), at)
    }
    await engine.close()
  }
  return { scores, refits: nights.length }
}

/** The places before which a refit happens: a day of event time after the last one, or after the first event, and enough events later. */
export function refitPlaces(times: Float64Array): number[] {
  const places: number[] = []
  let [last, since] = [0, times[0]]
  for (let at = 0; at < times.length; at++) {
    if (times[at] - since < REFIT_AFTER_S || at - last < REFIT_EVENTS_MIN) continue
    places.push(at)
    ;[last, since] = [at, times[at]]
  }
  return places
}

const SCORED_AT_ONCE = 2048

async function refit(engine: StepEngine, stream: Stream, { until, craft, seed }: ContestScope & { readonly until: number }): Promise<void> {
  for (let epoch = 1; epoch <= REFIT_EPOCHS; epoch++) {
    const order = shuffled(range(0, until), seed, epoch)
    for (let from = 0; from < until; from += craft.batchSize) await engine.step(batchOf(stream, order.slice(from, from + craft.batchSize)))
  }
}

const openSide = ({ model, craft, seed, compile }: ContestScope): Promise<StepEngine> =>
  openEngine(model, {
    ...{ compile, seed, learningRate: craft.learningRate, logicalShards: 1 },
    update: declareUpdate({ optimiser: craft.optimiser, parameters: model.parameters }),
  })

function batchOf({ ids, labels, count }: Stream, examples: readonly number[]): StepBatch {
  const slots = ids.length / count
  const rows = new Uint32Array(2 * examples.length * slots)
  examples.forEach((example, i) => {
    for (let slot = 0; slot < slots; slot++) rows[2 * (i * slots + slot)] = ids[example * slots + slot]
  })
  return {
    count: examples.length,
    ids: { rows },
    columns: {
      labels: Float32Array.from(examples, (example) => labels[example]),
      weights: new Float32Array(examples.length).fill(1 / examples.length),
    },
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
