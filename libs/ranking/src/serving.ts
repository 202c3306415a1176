import type { Table } from '@freshet/embedding'
import type { Dictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import { declareModelSet } from '@freshet/model'
import type { CompileGraph } from '@freshet/tensor'
import { ItemIndex } from './item-index'
import { Recommender, type RecommenderOptions } from './recommender'
import { ServingModel } from './serving-model'
import { compileServingGraphs, type ServingGraphs } from './towers'
import { VectorBuilder } from './vector-builder'

/** All that answers under one dictionary. */
export interface Serving {
  readonly dictionary: Dictionary
  readonly graphs: ServingGraphs
  readonly model: ServingModel
  readonly index: ItemIndex
  readonly vectors: VectorBuilder
  readonly recommender: Recommender
}

/** What every serving of a process is made with. */
export interface ServingTools extends Omit<RecommenderOptions, 'dictionary' | 'modelSet' | 'model' | 'graphs' | 'index'> {
  readonly compile: CompileGraph
  /** An empty table; dictionaries of one data set have rows of one make. */
  readonly openTable: () => Table
  /** Of `events`. */
  readonly partitions: number
}

/** What a succession is made with; `signal` ends it early, with what there is by then. */
export interface Succession {
  readonly tools: ServingTools
  readonly signal: AbortSignal
}

/** Makes what answers under a data set's first dictionary, with nothing in it. */
export async function openServing(dictionary: Dictionary, tools: ServingTools): Promise<Serving> {
  const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)
  const graphs = await compileServingGraphs(modelSet, tools.compile)
  const model = new ServingModel(modelSet, tools.openTable, tools.partitions)
  return assemble({ dictionary, modelSet, graphs, model }, tools)
}

/**
 * Makes what answers under another dictionary from what answers now, which goes on meanwhile and keeps its features and its dense parameters;
 * it must not be told of rows until this is in service. Items, their features under the new dictionary and their vectors are there when it
 * resolves; {@link renewItems} brings what came since.
 */
export async function succeedServing(before: Serving, dictionary: Dictionary, { tools, signal }: Succession): Promise<Serving> {
  const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)
  const graphs = await compileServingGraphs(modelSet, tools.compile)
  const next = assemble({ dictionary, modelSet, graphs, model: before.model.under(modelSet) }, tools)
  await copyItems(before.index, next.index, { clock: tools.clock, signal })
  await makeVectors(next, { clock: tools.clock, signal })
  return next
}

/** Brings to an index what another holds otherwise: in one turn, so that nothing comes in between. */
export function renewItems(from: ItemIndex, to: ItemIndex, nowMs: number): void {
  for (let at = 0; at < from.size; at++) renewItem(from, to, { at, nowMs })
}

const ITEMS_AT_ONCE = 256 // some milliseconds of the event loop, between which answers are given

interface Background {
  readonly clock: Clock
  readonly signal: AbortSignal
}

async function copyItems(from: ItemIndex, to: ItemIndex, { clock, signal }: Background): Promise<void> {
  for (let at = 0; at < from.size && !signal.aborted; at++) {
    renewItem(from, to, { at, nowMs: clock.nowMs() })
    if (at % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) await clock.sleep(0, signal)
  }
}

function renewItem(from: ItemIndex, to: ItemIndex, { at, nowMs }: { readonly at: number; readonly nowMs: number }): void {
  const itemId = from.idOf(at)
  const known = to.find(itemId)
  const state = from.stateOf(at)
  if (state !== (known === undefined ? undefined : to.stateOf(known))) to.upsert(itemId, state, nowMs)
}

/** Before anything was learned there are none. */
async function makeVectors({ model, vectors }: Serving, { clock, signal }: Background): Promise<void> {
  while (model.isTrained && !vectors.isReady && !signal.aborted && (await vectors.step())) await clock.sleep(0, signal)
}

type Parts = Pick<Serving, 'dictionary' | 'graphs' | 'model'> & { readonly modelSet: ReturnType<typeof declareModelSet> }

function assemble(parts: Parts, { compile: _, openTable: __, partitions: ___, ...options }: ServingTools): Serving {
  const { dictionary, graphs, model } = parts
  const index = new ItemIndex(dictionary, dictionary.declared.model.recall.width)
  const vectors = new VectorBuilder({ index, model, itemTower: graphs.item, clock: options.clock })
  return { dictionary, graphs, model, index, vectors, recommender: new Recommender({ ...options, ...parts, index }) }
}
