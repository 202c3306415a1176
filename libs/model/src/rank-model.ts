import type { ModelDeclaration } from '@freshet/features'
import { inputsOf } from './fields'
import { dcnV2 } from './models/dcn-v2'
import { deepFm } from './models/deepfm'
import type { Ranker, RankerShape } from './models/ranker'
import { wideAndDeep } from './models/wide-and-deep'
import { keepMeans } from './rank-whole'
import type { ExampleLayout } from './row-layout'
import type { RankSplit } from './rank-split'
import { splitFirstLayer } from './split-first-layer'

/** The rank model of a set: its equations, and what of them is an item's alone. */
export interface RankModel {
  readonly ranker: Ranker
  readonly split: RankSplit
}

/** The rank model that is declared, over the examples of a layout. */
export function rankModelOf(rank: ModelDeclaration['rank'], layout: ExampleLayout): RankModel {
  const { dimensions } = rank
  const inputs = inputsOf(layout, dimensions)
  const shape: RankerShape = { fields: layout.fields.length, numbers: layout.numbers, dimensions, path: 'rank/', inputs }
  switch (rank.kind) {
    case 'dcn-v2': {
      const { crossLayers, crossRank, structure, hidden } = rank
      const ranker = dcnV2({ ...shape, crossLayers, rank: crossRank, structure, hidden })
      return { ranker, split: keepMeans(ranker, shape, layout) }
    }
    case 'deepfm': {
      const model = { ...shape, hidden: rank.hidden }
      return { ranker: deepFm(model), split: splitFirstLayer({ model, linear: 'linear', hasPairs: true }) }
    }
    default: {
      const model = { ...shape, hidden: rank.hidden }
      return { ranker: wideAndDeep(model), split: splitFirstLayer({ model, linear: 'wide', hasPairs: false }) }
    }
  }
}
