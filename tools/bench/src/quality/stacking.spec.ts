import type { RankingTask, Scorer } from './ranking-task'
import { fitShares, stacked } from './stacking'

const ITEMS = 5
const scorerOf =
  (rows: readonly (readonly number[])[]): Scorer =>
  async (users) =>
    users.map((user) => Float32Array.from(rows[user]))

const FIRST = [
  [0.2, -1, 0.5, 0, 1],
  [1, 0.3, -0.4, 0.8, 0],
  [-0.6, 0.9, 0.1, 0.4, -1],
  [0.7, -0.2, 1.1, -0.9, 0.3],
]
const SECOND = [
  [0, 1, 0.2, -0.3, 0.6],
  [0.5, -0.8, 0.9, 0.1, 0.4],
  [1, 0, -0.7, 0.2, 0.8],
  [-0.4, 0.6, 0, 0.3, 1],
]
const TASK: RankingTask = {
  ...{ items: ITEMS, histories: [[0], [], [4], [1]], masked: [[0], [], [4], [1]] },
  targets: [[2, 1], [0], [1, 0], [4]],
}
const scorers = [scorerOf(FIRST), scorerOf(SECOND)] as const

/** Straight from the formula: the surprise of all targets among what may be listed. */
function surprise(task: RankingTask, [a, b]: readonly [number, number]): number {
  let total = 0
  task.targets.forEach((targets, user) => {
    const listed = FIRST[user].map((x, item) => (task.masked[user].includes(item) ? -Infinity : a * x + b * SECOND[user][item]))
    const norm = Math.log(listed.reduce((sum, score) => sum + Math.exp(score), 0))
    for (const target of targets) total += norm - listed[target]
  })
  return total
}

describe('fitShares', () => {
  it('finds the one place from which every way leads to more surprise', async () => {
    const [a, b] = await fitShares(TASK, scorers)
    const least = surprise(TASK, [a, b])
    expect(least).toBeLessThan(surprise(TASK, [1, 0]))
    for (const [da, db] of [
      [0.05, 0],
      [-0.05, 0],
      [0, 0.05],
      [0, -0.05],
      [0.05, 0.05],
      [-0.05, 0.05],
    ]) {
      // prettier-ignore
      expect(surprise(TASK, [a + da, b + db])).toBeGreaterThan(least)
    }
  })

  it('gives the say to the scorer that knows', async () => {
    const knowing = SECOND.map((_, user) => Array.from({ length: ITEMS }, (_item, item) => (TASK.targets[user].includes(item) ? 1 : 0)))
    const blurred = knowing.map((row, user) => row.map((value, item) => value + SECOND[user][item]))
    const [a, b] = await fitShares(TASK, [scorerOf(FIRST), scorerOf(blurred)])
    expect(b).toBeGreaterThan(Math.abs(a))
  })

  it('leaves out of account what a scorer says that says the same of everything', async () => {
    const level = scorerOf(FIRST.map((row) => row.map(() => 3)))
    const [, b] = await fitShares(TASK, [scorerOf(FIRST), level])
    expect(Math.abs(b)).toBeLessThan(1e-6)
  })

  it('looks at rivals alone where a task has them', async () => {
    const rivals = [
      [3, 4],
      [2, 3],
      [2, 3],
      [0, 2],
    ]
    const among = await fitShares({ ...TASK, masked: [[], [], [], []], rivals }, scorers)
    const same = await fitShares({ ...TASK, masked: [[0], [1, 4], [4], [1, 3]] }, scorers)
    expect(among[0]).toBeCloseTo(same[0], 6)
    expect(among[1]).toBeCloseTo(same[1], 6)
  })
})

describe('stacked', () => {
  it('adds up what both say, each by its share', async () => {
    const [scores] = await stacked(scorers, [2, -1])([3])
    expect([...scores]).toEqual(FIRST[3].map((x, item) => expect.closeTo(2 * x - SECOND[3][item], 6)))
  })
})
