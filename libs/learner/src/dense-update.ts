import { InvalidFieldError } from '@freshet/kernel'
import type { TrainableModel } from '@freshet/model'
import type { DenseUpdate, GraphRunner } from '@freshet/tensor'
import type { EngineTools } from './engine'
import type { EngineState } from './engine-state'

/** The dense half of a step. */
export class DenseStep {
  private constructor(
    private readonly update: DenseUpdate,
    private readonly runner: GraphRunner,
  ) {}

  /** Nothing where the model has no dense parameters. Throws InvalidFieldError where it has some, and no way to learn them is given. */
  static async open({ name, parameterCount }: TrainableModel, { update, compile }: EngineTools): Promise<DenseStep | undefined> {
    if (parameterCount === 0) return undefined
    if (update) return new DenseStep(update, await compile(update.spec))
    const rule = `${name} has ${parameterCount} dense parameters`
    throw new InvalidFieldError({ field: 'update', value: update, rule, remedy: 'say by which optimiser they follow their gradient' })
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
