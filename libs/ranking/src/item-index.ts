import { ItemState } from '@freshet/contracts'
import { itemPart, type Dictionary, type Part } from '@freshet/features'
import type { ItemFacts } from './condition'
import { ItemColumns } from './item-columns'
import { factsOf } from './item-facts'
import { popularityMeter, type Popularity } from './popularity'
import { writePooling } from './pooling'
import { RowUsers } from './row-users'
import type { ServingModel } from './serving-model'

/** Told where an item stands whose features have changed. */
export type ItemListener = (at: number) => void

/** All known items in memory: state, attributes, availability, features and vectors, by a number of their own. */
export class ItemIndex {
  readonly columns: ItemColumns
  private readonly places = new Map<string, number>()
  private readonly entries: ItemEntry[] = []
  private readonly users = new RowUsers()
  private readonly listeners: ItemListener[] = []
  private readonly followed = new WeakSet<object>()
  /** How often a row has changed that very many items share. */
  private commonChanges = 0
  private readonly measure: (state: ItemState, nowMs: number) => Popularity

  constructor(
    private readonly dictionary: Dictionary,
    vectorWidth: number,
  ) {
    const { ids, numbers } = dictionary.layout.item
    this.columns = new ItemColumns({ ids, numbers, vector: vectorWidth })
    this.measure = popularityMeter(dictionary)
  }

  /** How many places there are: items that were deleted keep theirs. */
  get size(): number {
    return this.entries.length
  }

  /** Where a known item stands; undefined for one that never was or was deleted. */
  find(itemId: string): number | undefined {
    const at = this.places.get(itemId)
    return at === undefined || this.entries[at].state === undefined ? undefined : at
  }

  idOf(at: number): string {
    return this.entries[at].itemId
  }

  stateOf(at: number): ItemState | undefined {
    return this.entries[at].state
  }

  /** The item as expressions see it. */
  facts(at: number): ItemFacts {
    const entry = this.entries[at]
    return (entry.facts ??= factsOf(entry.itemId, entry.state ?? NOTHING_KNOWN))
  }

  /** Takes an item's state as it now is; none, or one that the catalogue deleted, takes it out. */
  upsert(itemId: string, stored: ItemState | undefined, nowMs: number): void {
    const state = stored?.known ? stored : undefined
    const at = this.places.get(itemId) ?? this.add(itemId, state)
    if (at === undefined) return
    const entry = this.entries[at]
    entry.state = state
    entry.facts = undefined
    this.columns.available[at] = state !== undefined && !state.unavailable ? 1 : 0
    if (state === undefined) return
    this.write(at, state, nowMs)
    this.markItem(at)
  }

  /** Computes an item's features as of `nowMs`: windows slide even where nothing happens. */
  renew(at: number, nowMs: number): void {
    const { state } = this.entries[at]
    if (state === undefined) return
    this.write(at, state, nowMs)
    this.columns.changes[at]++
  }

  onChange(listener: ItemListener): void {
    this.listeners.push(listener)
  }

  /** Learns from a model which rows change; asked again, it goes on as before. */
  follow(model: Pick<ServingModel, 'onRows'>): void {
    if (this.followed.has(model)) return
    this.followed.add(model)
    model.onRows((pairs, count) => this.markRows(pairs, count))
  }

  /** Tells the listeners of the items that use a row, for each of `count` rows; of a row that very many share, the stamps alone tell. */
  markRows(pairs: Uint32Array, count: number): void {
    for (let pair = 0; pair < count; pair++) {
      const items = this.users.of(pairs, pair)
      if (items === undefined) this.commonChanges++
      else for (const at of items) this.markItem(at)
    }
  }

  /** Another number after every change of the item's features or of a row that it uses. */
  stampOf(at: number): number {
    return (this.columns.changes[at] + this.commonChanges) >>> 0
  }

  /** The features as they are served, as views of the columns. */
  part(at: number): Part {
    const { ids, numbers, widths } = this.columns
    return {
      ids: ids.subarray(2 * at * widths.ids, 2 * (at + 1) * widths.ids),
      numbers: numbers.subarray(at * widths.numbers, (at + 1) * widths.numbers),
    }
  }

  private markItem(at: number): void {
    this.columns.changes[at]++
    for (const listener of this.listeners) listener(at)
  }

  private add(itemId: string, state: ItemState | undefined): number | undefined {
    if (state === undefined) return undefined
    const at = this.entries.push({ itemId, state, facts: undefined }) - 1
    this.places.set(itemId, at)
    this.columns.reserve(at + 1)
    return at
  }

  private write(at: number, state: ItemState, nowMs: number): void {
    const { columns, dictionary } = this
    const { widths } = columns
    const part = itemPart(dictionary, state, { itemId: this.entries[at].itemId, nowMs })
    columns.ids.set(part.ids, 2 * at * widths.ids)
    columns.numbers.set(part.numbers, at * widths.numbers)
    writePooling({ layout: dictionary.layout.item, ids: part.ids, idsAt: 0 }, columns.pooling, at * widths.ids)
    const { popular, trending } = this.measure(state, nowMs)
    columns.popular[at] = popular
    columns.trending[at] = trending
    columns.createdMs[at] = state.createdMs
    this.users.add(at, part.ids, { from: 0, to: widths.ids })
  }
}

interface ItemEntry {
  readonly itemId: string
  state: ItemState | undefined
  facts: ItemFacts | undefined
}

const NOTHING_KNOWN = ItemState.create()
