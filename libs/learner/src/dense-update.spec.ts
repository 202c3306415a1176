import { declareUpdate, interpretGraph } from '@freshet/tensor'
import { DenseStep } from './dense-update'
import { EngineState } from './engine-state'
import { mixedModel, mixedTools } from './mixed-model.fixture'

const model = mixedModel()

/** A state after one step along a gradient of ones. */
async function stepped(optimiser: Parameters<typeof declareUpdate>[0]['optimiser']) {
  const tools = mixedTools(model, { update: declareUpdate({ optimiser, parameters: model.parameters }) })
  const [state, step] = [new EngineState(model, tools), await DenseStep.open(model, tools)]
  const before = state.dense.slice()
  state.step = 1
  await step?.move(state, new Float32Array(model.parameterCount).fill(1), 0.5)
  return { state, moved: state.dense.map((value, i) => value - before[i]) }
}

describe('the dense half of a step', () => {
  it('follows the gradient at the rate that it is told', async () => {
    const { moved } = await stepped({ kind: 'sgd' })
    moved.forEach((value) => expect(value).toBeCloseTo(-0.5, 6))
  })

  it('keeps what its optimiser keeps in the state', async () => {
    const { state, moved } = await stepped({ kind: 'adam' })
    expect(state.slots).toHaveLength(2)
    state.slots[0].forEach((mean) => expect(mean).toBeCloseTo(0.1, 6))
    moved.forEach((value) => expect(value).toBeCloseTo(-0.5, 5))
  })

  it('begins slots with the value that their optimiser says', () => {
    const update = declareUpdate({ optimiser: { kind: 'adagrad', initialAccumulator: 0.25 }, parameters: model.parameters })
    expect(new Set(new EngineState(model, mixedTools(model, { update })).slots[0])).toEqual(new Set([0.25]))
  })

  it('is absent where a model has no dense parameters', async () => {
    const sparse = { ...model, parameterCount: 0 }
    expect(await DenseStep.open(sparse, { ...mixedTools(model), update: undefined, compile: interpretGraph })).toBeUndefined()
  })
})
