import { inputName, matmul, reduceSum, reshape, type Node } from '@freshet/tensor'
import { declareTrainable, type ModelEquations, type Reads } from './index'

const optimiser = { kind: 'sgd', learningRate: 0.1 } as const
const base: ModelEquations = {
  name: 'small',
  tables: [
    {
      name: 'ids',
      width: 3,
      segments: [
        { length: 2, scale: 0.1, optimiser },
        { length: 1, scale: 0, optimiser },
      ],
    },
  ],
  lookups: [{ input: 'rows', gradient: 'rowGradients', table: 'ids', slots: 4, bags: [1, 3] }],
  columns: [
    { input: 'labels', width: 1 },
    { input: 'idle', width: 5 },
  ],
  parameters: [{ name: 'weight', shape: [2, 1], range: 1 }],
  equations: ({ segments, parameters, column }) => {
    const [embeddings] = segments('rows')
    const scores = reshape(reduceSum(matmul(embeddings, parameters.get('weight')), [1]), ['B', 1])
    return { scores, loss: reduceSum(matmul(scores, column('labels'), { transposeA: true })) }
  },
}
const without =
  (changed: Partial<ModelEquations>): (() => unknown) =>
  () =>
    declareTrainable({ ...base, ...changed })
const namesOf = (nodes: readonly Node[]): string[] => nodes.map(inputName)
const withLookup = (changed: object): Partial<ModelEquations> => ({ lookups: [{ ...base.lookups[0], ...changed }] })
const withLoss = (loss: (reads: Reads) => Node): Partial<ModelEquations> => ({
  equations: (reads) => ({ ...base.equations(reads), loss: loss(reads) }),
})

describe('declareTrainable', () => {
  const model = declareTrainable(base)

  it('reads a bag as one row, and gives a gradient for every row and for the flat state', () => {
    expect(model.gradient.inputs[1].shape).toEqual(['B', 2, 3])
    expect(Object.fromEntries(Object.entries(model.gradient.outputs).map(([name, { shape }]) => [name, shape]))).toEqual({
      denseGradient: [2],
      rowGradients: ['B', 2, 3],
      scores: ['B', 1],
      loss: [1, 1],
    })
  })

  it('leaves out of each graph what it does not read', () => {
    expect(namesOf(model.gradient.inputs)).toEqual(['dense', 'rows', 'labels'])
    expect(namesOf(model.score.inputs)).toEqual(['dense', 'rows'])
  })

  it('begins with values that seed and name decide', () => {
    expect(model.initialDense(3)).toEqual(declareTrainable(base).initialDense(3))
    expect(model.initialDense(3)).not.toEqual(model.initialDense(4))
  })

  it.each(['dense', 'denseGradient', 'scores', 'loss', 'rows', 'rowGradients'])(
    'refuses a column named %s, which its graphs have',
    (input) => {
      expect(without({ columns: [...base.columns, { input, width: 1 }] })).toThrow(
        `inputs and outputs of small is '${input}', but each name occurs once; rename one`,
      )
    },
  )

  it.each([
    ['no float', 0],
    ['half a float', 0.5],
    ['less than none', -1],
  ])('refuses a segment and a bag of %s', (_, length) => {
    const segments = [2, 1 - length, length].map((each) => ({ length: each, scale: 0, optimiser }))
    expect(without({ tables: [{ ...base.tables[0], segments }] })).toThrow('width of table ids of small is 3, but its segments hold [2,')
    expect(without(withLookup({ bags: [4 - length, length] }))).toThrow(
      'bags of lookup rows of small is ' + [4 - length, length].join() + ', but they have to make up its 4 slots, and make up 4',
    )
  })

  it.each<[string, Partial<ModelEquations>, string]>([
    ['a lookup of no table', withLookup({ table: 'items' }), "table of lookup rows of small 'items' does not exist; declared are ids"],
    ['bags that do not make up the slots', withLookup({ bags: [1, 2] }), 'they have to make up its 4 slots, and make up 3'],
    ['bags of what is shared', withLookup({ isShared: true }), 'shared rows are not averaged'],
    ['a name for two things', withLookup({ gradient: 'labels' }), "inputs and outputs of small is 'labels', but each name occurs once"],
    [
      'a width that is not that of the segments',
      { tables: [{ ...base.tables[0], width: 4 }] },
      'its segments hold [2, 1] floats, 3 in all',
    ],
    ['a table twice', { tables: [...base.tables, ...base.tables] }, "tables of small is 'ids', but each name occurs once"],
    ['a loss that is no scalar', withLoss(({ column }) => column('labels')), 'loss of small: expected [1, 1], got [B, 1]'],
    ['an equation that reads what is not declared', withLoss(({ column }) => column('weights')), "column 'weights' does not exist"],
    [
      'a lookup that no equation reads',
      { equations: idleEquations },
      "lookups of small is 'rows', but every lookup is read by an equation",
    ],
    [
      'shapes that do not meet',
      withLoss(({ column, parameters }) => matmul(column('labels'), parameters.get('weight'))),
      'matmul: expected 1 rows',
    ],
  ])('refuses %s, saying which model, what was expected and what is there', (_, changed, message) => {
    expect(without(changed)).toThrow(message)
  })
})

function idleEquations({ column }: Reads): { scores: Node; loss: Node } {
  return { scores: column('labels'), loss: reduceSum(column('labels')) }
}
