import { ABSENT as NOWHERE, type Table } from '@freshet/embedding'
import { mix64 } from '@freshet/kernel'
import { PARTITIONS, type PlanMemory } from './memory'

const ABSENT: number = NOWHERE // a constant of this file: an import is looked up each time
const PARTITION_SHIFT = 29 // the upper three bits of the hash, as the table's index has its parts by

/** Scratch of a thread: a small hash table, and the distinct ids of one partition. */
export class PlanScratch {
  slots = new Uint32Array(0)
  distinct = new Uint32Array(0)
  numbers = new Uint32Array(0)
  rows = new Uint32Array(0)

  /** Room for so many occurrences; the slots are free. Answers the mask of the slots. */
  clear(occurrences: number): number {
    const length = 1 << (32 - Math.clz32(Math.max(2 * occurrences, 2) - 1))
    if (this.slots.length < length) this.slots = new Uint32Array(length)
    else this.slots.fill(0, 0, length)
    if (this.numbers.length < occurrences) {
      this.distinct = new Uint32Array(2 * occurrences)
      this.numbers = new Uint32Array(occurrences)
      this.rows = new Uint32Array(occurrences)
    }
    return length - 1
  }
}

/**
 * A table's ids in a cut. Who owns the engine lays them out; then each partition of their hashes is made unique and looked up, by whichever thread;
 * then the owner gives rows to those that have none, in order of their first occurrence in the cut.
 */
export class TablePlan {
  readonly pairs: Uint32Array
  /** By bag: 1 / how many of its slots hold an id. */
  readonly weights: Float64Array
  /** By occurrence: its row; ABSENT where it has none, or is no id. */
  readonly rowOf: Uint32Array
  /** By partition: where its occurrences begin in the next four lists. */
  readonly begins: Int32Array
  /** Occurrences by partition, in order. */
  readonly order: Int32Array
  /** By partition: how many distinct ids it has. */
  readonly distinct: Uint32Array
  /** By partition and distinct id, in order of first occurrence: its row. */
  readonly rows: Uint32Array
  /** By partition and distinct id: where its occurrences begin in `occurrences`; one more a partition, where its last one's end. */
  readonly lists: Int32Array
  /** Occurrences by distinct id, in order. */
  readonly occurrences: Int32Array
  /** By partition: how many distinct ids have no row. */
  private readonly missing: Uint32Array
  /** By occurrence: 1 + the place in `rows` of the distinct id that occurs there first and has no row; else 0. */
  private readonly births: Uint32Array
  private readonly hashes: Uint32Array

  constructor({ pairs, words, weights }: PlanMemory) {
    const n = pairs.byteLength / 8
    let at = 0
    const list = (length: number): Uint32Array => new Uint32Array(words, 4 * ((at += length) - length), length)
    const places = (length: number): Int32Array => new Int32Array(words, 4 * ((at += length) - length), length)
    this.pairs = new Uint32Array(pairs)
    this.weights = new Float64Array(weights)
    this.rowOf = list(n)
    this.begins = places(PARTITIONS + 1)
    this.order = places(n)
    this.distinct = list(PARTITIONS)
    this.rows = list(n)
    this.lists = places(n + PARTITIONS)
    this.occurrences = places(n)
    this.missing = list(PARTITIONS)
    this.births = list(n)
    this.hashes = list(n)
  }

  /** Sorts the first `count` occurrences of `pairs` by partition. */
  layOut(count: number, scratch: PlanScratch): void {
    const { pairs, hashes, begins, order, rowOf } = this
    scratch.clear(count)
    this.births.fill(0, 0, count)
    const partitions = scratch.numbers
    const places = new Uint32Array(PARTITIONS + 1)
    for (let i = 0; i < count; i++) {
      const [lo, hi] = [pairs[2 * i], pairs[2 * i + 1]]
      const hash = mix64(lo, hi)
      const partition = (lo | hi) === 0 ? PARTITIONS : hash >>> PARTITION_SHIFT
      hashes[i] = hash
      partitions[i] = partition
      places[partition]++
    }
    let begin = 0
    for (let p = 0; p < PARTITIONS; p++) {
      begins[p] = begin
      begin += places[p]
      places[p] = begins[p]
    }
    begins[PARTITIONS] = begin
    for (let i = 0; i < count; i++) {
      if (partitions[i] === PARTITIONS) rowOf[i] = ABSENT
      else order[places[partitions[i]]++] = i
    }
  }

  /** Makes the ids of a partition unique, lists the occurrences of each, and looks its row up. Whoever repeats it writes the same. */
  prepare(partition: number, table: Table, scratch: PlanScratch): void {
    const count = this.number(partition, scratch)
    this.listOccurrences(partition, count, scratch)
    table.find(scratch.distinct, count, scratch.rows)
    const [begin, end] = [this.begins[partition], this.begins[partition + 1]]
    const { order, rowOf, rows, births } = this
    let missing = 0
    for (let d = 0; d < count; d++) {
      const row = scratch.rows[d]
      rows[begin + d] = row
      if (row === ABSENT) missing++
    }
    for (let j = begin; j < end; j++) rowOf[order[j]] = scratch.rows[scratch.numbers[j - begin]]
    if (missing > 0) {
      for (let d = 0; d < count; d++) {
        if (scratch.rows[d] === ABSENT) births[this.occurrences[this.lists[begin + partition + d]]] = begin + d + 1
      }
    }
    this.missing[partition] = missing
    this.distinct[partition] = count
  }

  /** Says that a step meets the rows that were found: none of them is given up in it. */
  meet(table: Table, step: number): void {
    for (let p = 0; p < PARTITIONS; p++) table.meet(this.rowsOf(p), { step })
  }

  /** Gives rows to the ids that have none, in order of their first occurrence among the first `count`. */
  bear(count: number, table: Table): void {
    if (this.missing.every((ids) => ids === 0)) return
    for (let i = 0; i < count; i++) {
      if (this.births[i] === 0) continue
      const place = this.births[i] - 1
      this.births[i] = 0
      const row = table.bear(this.pairs[2 * i], this.pairs[2 * i + 1])
      if (row !== ABSENT) this.give(place, row)
    }
  }

  /** Says that all rows of the cut are about to change. */
  touch(table: Table): void {
    for (let p = 0; p < PARTITIONS; p++) table.touch(this.rowsOf(p))
  }

  /** The rows of a partition's distinct ids. */
  private rowsOf(partition: number): Uint32Array {
    return this.rows.subarray(this.begins[partition], this.begins[partition] + this.distinct[partition])
  }

  private give(place: number, row: number): void {
    let partition = 0
    while (this.begins[partition + 1] <= place) partition++
    this.rows[place] = row
    const list = place + partition
    for (let j = this.lists[list]; j < this.lists[list + 1]; j++) this.rowOf[this.occurrences[j]] = row
  }

  /** Numbers the distinct ids of a partition by first occurrence, into the scratch; answers how many there are. */
  private number(partition: number, scratch: PlanScratch): number {
    const { pairs, hashes, order } = this
    const [begin, end] = [this.begins[partition], this.begins[partition + 1]]
    const mask = scratch.clear(end - begin)
    const { slots, distinct, numbers } = scratch
    let count = 0
    for (let j = begin; j < end; j++) {
      const occurrence = order[j]
      const lo = pairs[2 * occurrence]
      const hi = pairs[2 * occurrence + 1]
      let slot = hashes[occurrence] & mask
      let after = slots[slot]
      while (after !== 0 && (distinct[2 * after - 2] !== lo || distinct[2 * after - 1] !== hi)) {
        slot = (slot + 1) & mask
        after = slots[slot]
      }
      if (after === 0) {
        distinct[2 * count] = lo
        distinct[2 * count + 1] = hi
        after = ++count
        slots[slot] = after
      }
      numbers[j - begin] = after - 1
    }
    return count
  }

  /** A counting sort of a partition's occurrences by their numbers. */
  private listOccurrences(partition: number, count: number, { numbers }: PlanScratch): void {
    const { order, occurrences } = this
    const [begin, end] = [this.begins[partition], this.begins[partition + 1]]
    const lists = this.lists.subarray(begin + partition, begin + partition + count + 1)
    lists.fill(0)
    for (let j = 0; j < end - begin; j++) lists[numbers[j] + 1]++
    lists[0] = begin
    for (let d = 0; d < count; d++) lists[d + 1] += lists[d]
    for (let j = 0; j < end - begin; j++) occurrences[lists[numbers[j]]++] = order[begin + j]
    for (let d = count; d > 0; d--) lists[d] = lists[d - 1]
    lists[0] = begin
  }
}
