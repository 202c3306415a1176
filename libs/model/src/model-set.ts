import type { FeatureLayout, ModelDeclaration } from '@freshet/features'
import { InvalidFieldError } from '@freshet/kernel'
import { declareUpdate, type DenseUpdate, type GraphSpec } from '@freshet/tensor'
import { canonicalJson } from './canonical-json'
import { declareGraphs, type GraphScope } from './graphs'
import { declareLearnedSet } from './learned-set'
import { initialValues, layOutParameters, type Parameter } from './parameters'
import { rankModelOf } from './rank-model'
import type { RankSplit } from './rank-split'
import { refuseTightMemory, type RowMemory } from './row-memory'
import { layOutExample, layOutRow } from './row-layout'
import type { TrainableModel } from './trainable'
import { twoTowerOf, twoTowerParameters } from './two-tower'

/** What training and serving agree on: ids and numbers → score. */
export interface ModelSet {
  readonly layout: FeatureLayout
  /** Floats of an id's row: the sum of the segments. */
  readonly rowWidth: number
  /** How many of a row's first floats the rank model reads: its embedding and the wide weight. */
  readonly rankWidth: number
  /** Floats that are kept of an item: its part of the first layer or, where that is no sum of parts, the means of its rows. */
  readonly partWidth: number
  /** What of the rank model is kept of an item. */
  readonly serving: RankSplit['serving']
  /** [rank embedding, wide weight, recall embedding, recall bias]: one row-wise Adagrad accumulator each. */
  readonly segments: readonly number[]
  /** By segment, the range of its first values: uniform in [−scale, scale). */
  readonly rowScales: readonly number[]
  /** Length of the flat dense state. */
  readonly parameterCount: number
  readonly parameters: readonly Parameter[]
  /** Ids an example: user, item, cross, one after the other. */
  readonly slots: number
  /** Numbers an example, in the same order of parts. */
  readonly numbers: number
  readonly learningRate: { readonly dense: number; readonly rows: number }
  /** What initial weights and rows are drawn from. */
  readonly seed: number
  /** How many steps must have met an id before it gets a row. */
  readonly admission: number
  /** What rows are given up by. */
  readonly memory: RowMemory
  /** The set as it is learned: both models in one step. */
  readonly learned: TrainableModel
  /** How the dense parameters follow their gradient. */
  readonly update: DenseUpdate
  /** Layout and declaration as canonical JSON: equal texts, equal models. */
  readonly canonical: string
  readonly graphs: ModelGraphs
  /** The dense state before the first step: a function of the declaration alone. */
  initialDense(): Float32Array
}

/** What serves, made of the same equations as what is learned. */
export interface ModelGraphs {
  /** Scores whole examples: what training learns from, and the exact twin of the next two. */
  readonly rank: GraphSpec
  /** What is an item's alone: to be kept until its features, its rows or the dense parameters change. */
  readonly rankItem: GraphSpec
  /** Scores many items for one user, from what is kept of each. */
  readonly rankParts: GraphSpec
  readonly user: GraphSpec
  readonly item: GraphSpec
}

/**
 * The model set of a dictionary: a model that ranks and a two-tower that recalls, trained together.
 *
 * throws  InvalidFieldError when recall vectors have no room for a direction and a popularity, a tower nothing to read, or rows no room
 */
export function declareModelSet(layout: FeatureLayout, declaration: ModelDeclaration): ModelSet {
  refuseEmpty(layout, declaration)
  const example = layOutExample(layout)
  const row = layOutRow(declaration)
  const rank = rankModelOf(declaration.rank, example)
  const recall = twoTowerOf(declaration.recall, layout)
  const declared = [...rank.ranker.parameters, ...twoTowerParameters(recall)]
  const { parameters, parameterCount } = layOutParameters(declared)
  const scope: GraphScope = { layout, example, row, rank, recall, parameters, parameterCount }
  const learned = declareLearnedSet(scope, { parameters: declared, ...declaration })
  refuseTightMemory(learned, declaration)
  return {
    layout,
    ...row,
    partWidth: rank.split.partWidth,
    serving: rank.split.serving,
    parameterCount,
    parameters,
    slots: example.ids,
    numbers: example.numbers,
    learningRate: declaration.learningRate,
    seed: declaration.seed,
    admission: declaration.admission,
    memory: { expireAfterSteps: declaration.expireAfterSteps, memoryBytes: declaration.memoryBytes },
    learned,
    update: declareUpdate({ optimiser: { kind: 'adam' }, parameters }),
    canonical: canonicalJson({ layout, model: declaration }),
    graphs: declareGraphs(scope),
    initialDense: () => initialValues(parameters, declaration.seed),
  }
}

/** The model set that a {@link ModelSet.canonical} text spells. */
export function modelSetOf(canonical: string): ModelSet {
  const { layout, model } = JSON.parse(canonical) as { readonly layout: FeatureLayout; readonly model: ModelDeclaration }
  return declareModelSet(layout, model)
}

function refuseEmpty({ user, item }: FeatureLayout, { recall }: ModelDeclaration): void {
  if (recall.width < 2) {
    const rule = 'a vector holds a direction and, as its last element, the popularity of the item'
    throw new InvalidFieldError({ field: 'model.recall.width', value: recall.width, rule, remedy: 'declare 2 or more' })
  }
  for (const [name, part] of Object.entries({ user, item })) {
    if (part.fields.length + part.numbers > 0) continue
    throw new InvalidFieldError({
      field: name,
      value: '[]',
      rule: `the ${name} tower has to read something`,
      remedy: `declare a feature under ${name}`,
    })
  }
}
