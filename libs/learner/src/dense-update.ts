import type { CompileGraph, DenseUpdate, GraphRunner } from '@freshet/tensor'
import type { EngineState } from './engine-state'

/** The dense half of a step. */
export class DenseStep {
  private constructor(
    private readonly update: DenseUpdate,
    private readonly runner: GraphRunner,
  ) {}

  static async open(update: DenseUpdate, compile: CompileGraph): Promise<DenseStep> {
    return new DenseStep(update, await compile(update.spec))
  }

  /** Moves the dense parameters along their gradient, which is reduced over the cut. */
  async move(state: EngineState, gradient: Float32Array, learningRate: number): Promise<void> {
    const shape = [gradient.length]
    const schedule = this.update.scheduleAt(state.step, learningRate)
    const { parameters, ...slots } = await this.runner.run({
      parameters: { data: state.dense, shape },
      gradient: { data: gradient, shape },
      schedule: { data: schedule, shape: [schedule.length] },
      ...Object.fromEntries(this.update.slots.map(({ name }, i) => [name, { data: state.slots[i], shape }])),
    })
    state.dense = parameters
    state.slots = this.update.slots.map(({ name }) => slots[name])
  }

  release(): Promise<void> {
    return this.runner.release()
  }
}
