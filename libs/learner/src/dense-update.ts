import { InvalidFieldError } from '@freshet/kernel'
import type { TrainableModel } from '@freshet/model'
import type { DenseUpdate, FlatState, GraphRunner } from '@freshet/tensor'
import type { EngineTools } from './engine'
import type { EngineState } from './engine-state'

/** Where a state goes along a gradient. */
type Move = (state: FlatState, gradient: Float32Array, schedule: Float32Array) => FlatState | Promise<FlatState>

/** The dense half of a step. */
export class DenseStep {
  private constructor(
    private readonly update: DenseUpdate,
    private readonly next: Move,
    private readonly runner?: GraphRunner,
  ) {}

  /**
   * In one pass where there is one that has the bits of the update's graph, else by that graph. Nothing where the model has no dense parameters. Throws
   * InvalidFieldError where it has some, and no way to learn them is given.
   */
  static async open({ name, parameterCount }: TrainableModel, { update, compile }: EngineTools): Promise<DenseStep | undefined> {
    if (parameterCount === 0) return undefined
    if (update?.loop) return new DenseStep(update, update.loop)
    if (update) {
      const runner = await compile(update.spec)
      return new DenseStep(update, byGraph(update, runner), runner)
    }
    const rule = `${name} has ${parameterCount} dense parameters`
    throw new InvalidFieldError({ field: 'update', value: update, rule, remedy: 'say by which optimiser they follow their gradient' })
  }

  /** Moves the dense parameters along their gradient, which is reduced over the cut. */
  async move(state: EngineState, gradient: Float32Array, learningRate: number): Promise<void> {
    const schedule = this.update.scheduleAt(state.step, learningRate)
    const { parameters, slots } = await this.next({ parameters: state.dense, slots: state.slots }, gradient, schedule)
    state.dense = parameters
    state.slots = slots
  }

  async release(): Promise<void> {
    await this.runner?.release()
  }
}

const byGraph =
  (update: DenseUpdate, runner: GraphRunner): Move =>
  async (state, gradient, schedule) => {
    const shape = [gradient.length]
    const { parameters, ...slots } = await runner.run({
      parameters: { data: state.parameters, shape },
      gradient: { data: gradient, shape },
      schedule: { data: schedule, shape: [schedule.length] },
      ...Object.fromEntries(update.slots.map(({ name }, i) => [name, { data: state.slots[i], shape }])),
    })
    return { parameters, slots: update.slots.map(({ name }) => slots[name]) }
  }
