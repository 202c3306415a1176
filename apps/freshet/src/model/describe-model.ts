import type { trainer } from '@freshet/contracts/services'
import type { Dictionary, PartLayout } from '@freshet/features'
import type { ModelSet } from '@freshet/model'

/** A model set as people look at it: what it reads, what it keeps of each id, and what it computes with. */
export interface ModelDescription {
  readonly dictionary: { readonly name: string; readonly hash: string }
  readonly models: { readonly rank: string; readonly recall: string }
  readonly schema: readonly PartDescription[]
  readonly tables: readonly TableDescription[]
  readonly layers: readonly LayerDescription[]
  readonly denseParameters: number
  /** Of the running trainer; absent where none answers. */
  readonly live?: LiveModel
}

/** What a trainer has made of it so far. */
type LiveModel = Pick<
  trainer.GetStatusResponse,
  'step' | 'rows' | 'tableBytes' | 'parameters' | 'tableBytesMax' | 'rowsMax' | 'rowsExpired' | 'rowsDisplaced'
>

/** One part of an example. */
export interface PartDescription {
  /** `user`, `item`, or `cross`: what both and the moment have in common. */
  readonly part: string
  readonly ids: number
  readonly numbers: number
  readonly features: readonly FeatureDescription[]
}

/** A declared feature, and where it stands in its part. */
export interface FeatureDescription {
  readonly name: string
  readonly kind: string
  /** The id slots that it fills: the first, and how many. */
  readonly slots?: { readonly from: number; readonly count: number }
  readonly numbers: readonly string[]
}

/** What is kept of each id. */
export interface TableDescription {
  readonly name: string
  /** Floats of a row. */
  readonly width: number
  readonly segments: readonly { readonly name: string; readonly width: number; readonly optimiser: string }[]
  /** How many steps must have met an id before it gets a row. */
  readonly admission: number
  /** By what rows are given up: steps without being met, bytes for all of them. */
  readonly memory: ModelSet['memory']
}

/** Neighbouring parameters of the flat dense state. */
export interface LayerDescription {
  /** Such as rank/deep. */
  readonly name: string
  readonly optimiser: string
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[]; readonly count: number }[]
  readonly count: number
}

/** Describes what a dictionary declares, and what a trainer has made of it so far. */
export function describeModel(dictionary: Dictionary, modelSet: ModelSet, status?: trainer.GetStatusResponse): ModelDescription {
  const { declared, layout, name, hash } = dictionary
  const { parameterCount, rowWidth: width, segments, learningRate, admission, memory } = modelSet
  return {
    dictionary: { name, hash },
    models: { rank: declared.model.rank.kind ?? 'wide-and-deep', recall: 'two-tower' },
    schema: [
      partOf('user', layout.user, declared.user),
      partOf('item', layout.item, declared.item),
      partOf('cross', layout.cross, [...declared.cross, ...declared.context.map(({ name: given }) => ({ name: given, kind: 'context' }))]),
    ],
    tables: [{ name: 'rows', width, segments: segmentsOf(segments, `row-wise Adagrad, rate ${learningRate.rows}`), admission, memory }],
    layers: layersOf(modelSet),
    denseParameters: parameterCount,
    live: status && liveOf(status),
  }
}

function liveOf(status: trainer.GetStatusResponse): LiveModel {
  const { step, rows, tableBytes, parameters, tableBytesMax, rowsMax, rowsExpired, rowsDisplaced } = status
  return { step, rows, tableBytes, parameters, tableBytesMax, rowsMax, rowsExpired, rowsDisplaced }
}

interface Declared {
  readonly name: string
  readonly kind: string
}

function partOf(part: string, layout: PartLayout, declared: readonly Declared[]): PartDescription {
  const numbers = numbersByFeature(layout, declared)
  const features = declared.map(({ name, kind }): FeatureDescription => {
    const field = layout.fields.find((candidate) => candidate.name === name)
    return { name, kind, ...(field && { slots: { from: field.start, count: field.length } }), numbers: numbers.get(name) ?? [] }
  })
  return { part, ids: layout.ids, numbers: layout.numbers, features }
}

/** A number bears its feature's name, or begins with it: the longest that fits. */
function numbersByFeature({ numberNames }: PartLayout, declared: readonly Declared[]): ReadonlyMap<string, string[]> {
  const numbers = new Map<string, string[]>()
  for (const number of numberNames) {
    const fitting = declared.filter(({ name }) => number === name || number.startsWith(`${name}_`))
    const owner = fitting.reduce((longest, { name }) => (name.length > longest.length ? name : longest), '')
    numbers.set(owner, [...(numbers.get(owner) ?? []), number])
  }
  return numbers
}

/** As the rows of all model sets are laid out: ModelSet.segments. */
const SEGMENTS = ['rank embedding', 'wide weight', 'recall embedding', 'recall bias']

const segmentsOf = (widths: readonly number[], optimiser: string): TableDescription['segments'] =>
  widths.map((width, i) => ({ name: SEGMENTS[i] ?? `segment ${i}`, width, optimiser }))

/** By the first two words of a name: rank/deep/0/weight belongs to rank/deep. */
function layersOf({ parameters, learningRate }: ModelSet): LayerDescription[] {
  const optimiser = `Adam, rate ${learningRate.dense}`
  const layers = new Map<string, LayerDescription['parameters'][number][]>()
  for (const { name, shape } of parameters) {
    const words = name.split('/')
    const layer = words.slice(0, 2).join('/')
    const described = { name: words.slice(2).join('/') || 'weight', shape, count: shape.reduce((cells, length) => cells * length, 1) }
    layers.set(layer, [...(layers.get(layer) ?? []), described])
  }
  return [...layers].map(([name, inside]) => ({
    ...{ name, optimiser, parameters: inside },
    count: inside.reduce((sum, { count }) => sum + count, 0),
  }))
}
