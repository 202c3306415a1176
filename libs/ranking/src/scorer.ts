import { crossWriter, itemPart, type Dictionary, type FeatureLayout, type Part } from '@freshet/features'
import type { ModelSet } from '@freshet/model'
import type { ItemState, UserState } from '@freshet/contracts'
import { ExamplePack } from './example-pack'
import type { ItemIndex } from './item-index'
import { ItemParts } from './item-parts'
import { logSumExp, scan } from './scan'
import type { ServingModel } from './serving-model'
import { encode, userBatch, type ServingGraphs } from './towers'

/** Who asks, when and in which situation, with the features of that moment. */
export interface Asker {
  /** The user's id or, where none is given, the session's. */
  readonly actor: string
  readonly state: UserState | undefined
  readonly part: Part
  readonly context: Readonly<Record<string, string>>
  readonly nowMs: number
}

/** By item: how likely this user turns to it. */
export interface Likelihood {
  /** Products of vectors; −∞ where an item has no vector yet. */
  readonly logits: Float32Array
  /** Their log-sum-exp over the available items: what makes them logarithms of probabilities. */
  readonly normaliser: number
}

/** What a scorer computes with. */
export interface ScorerOptions {
  readonly dictionary: Dictionary
  readonly modelSet: Pick<ModelSet, 'rankWidth' | 'partWidth'>
  readonly graphs: ServingGraphs
  readonly model: ServingModel
  readonly index: ItemIndex
}

/** Computes what the models say of a user and items. */
export class Scorer {
  private readonly layout: FeatureLayout
  private readonly parts: ItemParts
  private readonly packs: ExamplePack[] = []
  private readonly crossScratch: Part

  constructor(private readonly options: ScorerOptions) {
    const { dictionary, index, model, modelSet } = options
    this.layout = dictionary.layout
    this.parts = new ItemParts(index, model, modelSet.partWidth)
    const { ids, numbers } = this.layout.cross
    this.crossScratch = { ids: new Uint32Array(2 * ids), numbers: new Float32Array(numbers) }
  }

  /** Compares the user's vector, made now, with every item's. */
  async likelihood({ part }: Asker): Promise<Likelihood> {
    const { graphs, model, index } = this.options
    const vector = await encode(graphs.user, { dense: model.denseState.dense, table: model.table }, userBatch(this.layout, part))
    const { columns, size } = index
    const logits = new Float32Array(size)
    scan({ vectors: columns.vectors, width: columns.widths.vector, count: size }, vector, logits)
    for (let at = 0; at < size; at++) if (columns.lengths[at] === 0) logits[at] = -Infinity
    return { logits, normaliser: logSumExp(logits, columns.available, size) }
  }

  /** Packs the examples of known items; give the pack back by {@link release}. */
  pack(asker: Asker, places: readonly number[]): ExamplePack {
    const { index } = this.options
    const pack = this.takePack()
    pack.begin(asker.part, places.length)
    const cross = this.crossWriter(asker, pack)
    for (let b = 0; b < places.length; b++) {
      const at = places[b]
      pack.writeItem(b, { at, stamp: index.stampOf(at) }, index.columns)
      cross(b, index.idOf(at), index.stateOf(at))
    }
    return pack
  }

  /** Packs the examples of items by id, also of unknown ones. */
  packIds(asker: Asker, itemIds: readonly string[]): ExamplePack {
    const { index, dictionary } = this.options
    const pack = this.takePack()
    pack.begin(asker.part, itemIds.length)
    const cross = this.crossWriter(asker, pack)
    itemIds.forEach((itemId, b) => {
      const at = index.find(itemId)
      if (at === undefined) pack.writeUnknownItem(b, itemPart(dictionary, undefined, { itemId, nowMs: asker.nowMs }))
      else pack.writeItem(b, { at, stamp: index.stampOf(at) }, index.columns)
      cross(b, itemId, at === undefined ? undefined : index.stateOf(at))
    })
    return pack
  }

  /** The rank model's click probabilities. */
  probabilities(pack: ExamplePack): Promise<Float32Array> {
    return pack.score(this.options.graphs)
  }

  /** Keeps a pack for the next request. */
  release(pack: ExamplePack): void {
    if (this.packs.length < PACKS_KEPT) this.packs.push(pack)
  }

  private takePack(): ExamplePack {
    const { layout, parts, options } = this
    return this.packs.pop() ?? new ExamplePack({ layout, modelSet: options.modelSet, parts })
  }

  /** Writes cross parts by way of one part that is used again and again. */
  private crossWriter({ actor: userId, state: user, context, nowMs }: Asker, pack: ExamplePack): WriteCross {
    const write = crossWriter(this.options.dictionary)
    return (b, itemId, item) => {
      write(this.crossScratch, { userId, user, itemId, item, context, nowMs })
      pack.writeCross(b, this.crossScratch)
    }
  }
}

type WriteCross = (b: number, itemId: string, item: ItemState | undefined) => void

const PACKS_KEPT = 8
