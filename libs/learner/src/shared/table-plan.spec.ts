import { ABSENT, openTable, unique } from '@freshet/embedding'
import { mix64, randomBelow } from '@freshet/kernel'
import { PARTITIONS } from './memory'
import { PlanScratch, TablePlan } from './table-plan'

const OPTIONS = { width: 2, segments: [2], rowScales: [0.5], seed: 3, shards: 2, pageBytes: 4096 }

/** A plan of ids that come again and again; every seventh is none. */
function planOf(count: number, salt = 0) {
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes)
  const plan = new TablePlan({ pairs: shared(8 * count), words: shared(4 * (8 * count + 64)), weights: shared(8 * count) })
  for (let i = 0; i < count; i++) {
    const id = i % 7 === 0 ? 0 : 1 + randomBelow(count / 3, 11, salt, i)
    plan.pairs.set(id === 0 ? [0, 0] : [id, mix64(id, 5)], 2 * i)
  }
  return plan
}

function prepare(plan: TablePlan, count: number, table: ReturnType<typeof openTable>): void {
  const scratch = new PlanScratch()
  plan.layOut(count, scratch)
  for (let p = PARTITIONS - 1; p >= 0; p--) plan.prepare(p, table, scratch)
}

describe('a plan', () => {
  it('bears and finds the rows that the table gives one by one, in order of first occurrence', () => {
    const [count, plan] = [500, planOf(500)]
    const [table, twin] = [openTable(OPTIONS), openTable(OPTIONS)]
    const { ids, count: distinct, index } = unique(plan.pairs, count)
    const rows = twin.rowsOf(ids, distinct, { step: 1 })
    prepare(plan, count, table)
    plan.bear(count, table)
    expect([...plan.rowOf]).toEqual(Array.from(index, (i) => rows[i] ?? ABSENT))
    expect(table.size).toBe(twin.size)
  })

  it('lists the occurrences of each distinct id, in order', () => {
    const [count, plan, table] = [300, planOf(300), openTable(OPTIONS)]
    prepare(plan, count, table)
    plan.bear(count, table)
    const listed = new Map<number, number[]>()
    for (let p = 0; p < PARTITIONS; p++) {
      for (let d = 0; d < plan.distinct[p]; d++) {
        const list = plan.begins[p] + p + d
        listed.set(plan.rows[plan.begins[p] + d], [...plan.occurrences.subarray(plan.lists[list], plan.lists[list + 1])])
      }
    }
    const expected = new Map<number, number[]>()
    plan.rowOf.forEach((row, i) => void (row !== ABSENT && expected.set(row, [...(expected.get(row) ?? []), i])))
    expect([...listed].sort(([a], [b]) => a - b)).toEqual([...expected].sort(([a], [b]) => a - b))
  })

  it('is the same when a partition is prepared again, as after a death', () => {
    const [count, plan, table] = [200, planOf(200), openTable(OPTIONS)]
    prepare(plan, count, table)
    const before = [...plan.occurrences]
    plan.prepare(3, table, new PlanScratch())
    plan.bear(count, table)
    expect([...plan.occurrences]).toEqual(before)
    expect(table.size).toBe(unique(plan.pairs, count).count)
  })

  it('forgets the births of a cut that never came', () => {
    const [count, plan, table] = [200, planOf(200), openTable(OPTIONS)]
    prepare(plan, count, table)
    plan.pairs.fill(0)
    prepare(plan, count, table)
    plan.bear(count, table)
    expect(table.size).toBe(0)
  })

  it('leaves ids that are not admitted yet without a row', () => {
    const [count, plan] = [60, planOf(60)]
    const table = openTable({ ...OPTIONS, admission: 2 })
    prepare(plan, count, table)
    plan.bear(count, table)
    expect(plan.rowOf.every((row) => row === ABSENT)).toBe(true)
    prepare(plan, count, table)
    plan.bear(count, table)
    expect(table.size).toBe(unique(plan.pairs, count).count)
  })
})
