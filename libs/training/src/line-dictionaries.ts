import type { Configure, ExampleGroup, Genesis } from '@freshet/contracts'
import { carryExamples, type FeatureLayout } from '@freshet/features'
import type { JournalState } from '@freshet/follow'
import { bytesOf } from '@freshet/kernel'
import type { OpenEngine, TableMemoryOptions } from '@freshet/learner'
import type { ModelSet } from '@freshet/model'
import type { CompileGraph } from '@freshet/tensor'
import type { ExampleShape } from './batch'
import { LineMismatchError } from './errors'

/** What a line computes with under one model. */
export interface ModelTools {
  readonly modelSet: ModelSet
  readonly shape: ExampleShape
  /** Computes steps: on one thread, or on as many as somebody lends. */
  readonly openEngine: OpenEngine
  readonly compile: CompileGraph
  /** How rows lie in memory. Without influence on any value. */
  readonly memory?: Omit<TableMemoryOptions, keyof ModelSet['memory']>
  /** Serving graphs and the like, put into every full version as they are. */
  readonly blobs?: Readonly<Record<string, Uint8Array>>
  /** Of the graphs that learn: a pin. */
  readonly graphHash?: string
}

/** What a line computes with as long as one dictionary holds. */
export interface UnderDictionary {
  /** Its hash. */
  readonly hash: string
  readonly tools: ModelTools
  /** An example as the tools read it: those of older dictionaries by the names of their features. */
  readonly read: ReadExample
}

/** Gives an example as the dictionary of the moment would have laid it out; itself where it did. */
export type ReadExample = (group: ExampleGroup) => ExampleGroup

/** The changes of the dictionary that take effect after one step, and up to another. */
export const changesBetween = ({ dictionaries = [] }: JournalState, after: number, until: number): readonly Configure[] =>
  dictionaries.filter(({ effectiveStep }) => effectiveStep > after && effectiveStep <= until)

/** What a line is given to compute with: at its beginning, and for another model. */
export interface ToolSource {
  readonly tools: ModelTools
  /** For the model that a change brings, by its canonical text. Absent where dictionaries never change. */
  readonly toolsOf?: (model: string) => Promise<ModelTools>
}

/**
 * What a line computes with once these changes have taken effect, in order.
 *
 * throws  LineMismatchError where the tools are of another model than the last change says
 */
export async function underDictionary(source: ToolSource, genesis: Genesis, changes: readonly Configure[]): Promise<UnderDictionary> {
  const last = changes.at(-1)
  const tools = last === undefined ? source.tools : await toolsFor(source, last)
  const known = new Map([[genesis.dictionaryHash, genesis.model], ...changes.map((each) => [each.dictionaryHash, each.model] as const)])
  return {
    hash: last?.dictionaryHash ?? genesis.dictionaryHash,
    tools,
    read: last === undefined ? (group) => group : exampleReader(known, tools.modelSet.canonical),
  }
}

async function toolsFor({ toolsOf }: ToolSource, { model, dictionaryHash }: Configure): Promise<ModelTools> {
  const tools = await toolsOf?.(model)
  if (tools?.modelSet.canonical === model) return tools
  throw new LineMismatchError('model', tools?.modelSet.canonical ?? 'that of the first dictionary', `that of dictionary ${dictionaryHash}`)
}

/** Reads examples by the dictionary that made them: `known` are models by its hash, one that is not known counts as the current one. */
function exampleReader(known: ReadonlyMap<string, string>, current: string): ReadExample {
  const others = [...known].filter(([, model]) => model !== current)
  const carriages = new Map(others.map(([hash, model]) => [hash, carryExamples(layoutIn(model), layoutIn(current))] as const))
  return (group) => {
    const carriage = carriages.get(group.dictionaryHash)
    if (carriage === undefined || group.items.length === 0) return group
    const user = carriage.user({ ids: group.userIds, numbers: group.userNumbers }) ?? UNFIT
    const items = group.items.map((item) => ({ ...item, ...(carriage.item({ ids: item.ids, numbers: item.numbers }) ?? UNFIT) }))
    return { ...group, userIds: user.ids, userNumbers: user.numbers, items }
  }
}

/** Of no layout: such an example is refused. */
const UNFIT = { ids: bytesOf(Uint8Array.of(0)), numbers: bytesOf(Uint8Array.of(0)) }

const layoutIn = (model: string): FeatureLayout => (JSON.parse(model) as { readonly layout: FeatureLayout }).layout
