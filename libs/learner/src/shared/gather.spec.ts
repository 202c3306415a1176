import { openTable, unique } from '@freshet/embedding'
import { randomBelow } from '@freshet/kernel'
import type { Lookup } from '@freshet/model'
import { bagShard, poolRows } from '../plain-occurrences'
import { mixedModel, wordsOf } from '../mixed-model.fixture'
import { layOutCut } from './cut-geometry'
import { gatherBags, gatherRows } from './gather'
import { PARTITIONS } from './memory'
import { PlanScratch, TablePlan } from './table-plan'

const COUNT = 40
const model = mixedModel()
const geometry = layOutCut(model, COUNT, 4)

/** The plan of the table of users: some ids are none, and only every second one has a row. */
function planOfUsers() {
  const { width, segments } = model.tables[0]
  const table = openTable({
    width,
    segments: segments.map(({ length }) => length),
    rowScales: segments.map(() => 0.5),
    seed: 5,
    pageBytes: 4096,
  })
  const { occurrences, bags } = geometry.tables[0]
  const shared = (words: number): SharedArrayBuffer => new SharedArrayBuffer(4 * words)
  const plan = new TablePlan({ pairs: shared(2 * occurrences), words: shared(8 * occurrences + 64), weights: shared(2 * bags) })
  for (let i = 0; i < occurrences; i++) plan.pairs.set(wordsOf(randomBelow(60, 3, i, 0)), 2 * i)
  const even = Uint32Array.from(Array.from({ length: 60 }, (_, i) => wordsOf(2 * i)).flat())
  table.rowsOf(even, 60, { step: 1 })
  const scratch = new PlanScratch()
  plan.layOut(occurrences, scratch)
  for (let p = 0; p < PARTITIONS; p++) plan.prepare(p, table, scratch)
  const distinct = unique(plan.pairs, occurrences)
  const values = new Float32Array(distinct.count * width)
  table.gather(distinct.ids, distinct.count, values)
  const starts = new Map<Lookup, number>(geometry.lookups.map(({ lookup, firstOccurrence }) => [lookup, firstOccurrence]))
  return { table, plan, width, plain: { ...distinct, starts }, values }
}

describe('gathering a shard', () => {
  const { table, plan, width, plain, values } = planOfUsers()
  const [user, history] = geometry.lookups

  it.each([0, 1, 2, 3])('reads rows, unborn ones and none as the plain engine does: shard %d', (nth) => {
    const range = geometry.shards[nth]
    const out = new Float32Array((range.to - range.from) * 2 * width).fill(9)
    gatherRows({ plan, table, out }, user.firstOccurrence + range.from * 2)
    expect(out).toEqual(poolRows(bagShard(user.lookup, plain, { ...range, nth }), values, width))
  })

  it.each([0, 1, 2, 3])('averages bags as the plain engine does, bit for bit: shard %d', (nth) => {
    const range = geometry.shards[nth]
    const { bagOf = new Int32Array(0) } = geometry.tables[0]
    const bagged = bagShard(history.lookup, plain, { ...range, nth })
    plan.weights.set(bagged.weights, history.firstBag + range.from * history.bags)
    const out = new Float32Array((range.to - range.from) * history.bags * width).fill(9)
    gatherBags({ plan, table, out }, history, { ...range, bagOf })
    expect(out).toEqual(poolRows(bagged, values, width))
  })

  it.each([1, 3, 4, 5, 8, 11])('reads every float of rows that are %d wide', (floats) => {
    const wide = openTable({ width: floats, segments: [floats], rowScales: [0.5], seed: 5, pageBytes: 4096 })
    const ids = Uint32Array.from([3, 0, 7, 3, 9].flatMap(wordsOf))
    wide.rowsOf(ids.subarray(0, 6), 3, { step: 1 }) // the last one has no row
    const shared = (words: number): SharedArrayBuffer => new SharedArrayBuffer(4 * words)
    const planned = new TablePlan({ pairs: shared(10), words: shared(5 * 8 + 64), weights: shared(10) })
    planned.pairs.set(ids)
    const scratch = new PlanScratch()
    planned.layOut(5, scratch)
    for (let p = 0; p < PARTITIONS; p++) planned.prepare(p, wide, scratch)
    const [gathered, expected] = [new Float32Array(5 * floats).fill(9), new Float32Array(5 * floats)]
    gatherRows({ plan: planned, table: wide, out: gathered }, 0)
    wide.gather(ids, 5, expected)
    expect(gathered).toEqual(expected)
    expect(new Set(expected.subarray(0, floats)).size).toBe(floats)
  })
})
