import { interpretGraph } from '@freshet/tensor'
import { LIST_LENGTH } from './baseline-rows'
import { fitEase } from './baselines/ease'
import { judge, type RankingTask, type Scorer } from './ranking-task'
import { withLinear } from './with-linear'

/** Three of four have 2k and 2k + 1 together, whatever else they have. */
const HISTORIES = Array.from({ length: 24 }, (_, user) => [2 * (user % 4), ...(user % 3 === 0 ? [] : [2 * (user % 4) + 1]), 8 + (user % 2)])
const task: RankingTask = {
  ...{ items: 10, histories: HISTORIES, masked: HISTORIES },
  targets: HISTORIES.map((_, user) => (user % 3 === 0 ? [2 * (user % 4) + 1] : [])),
}
const shy: Scorer = async (users) => users.map((user) => Float32Array.from({ length: 10 }, (_, item) => ((item * 7 + user * 3) % 5) / 50))
const stages = { validation: task, test: task }
const options = { ridges: [1, 100], compile: interpretGraph }

describe('withLinear', () => {
  it('lists what only the linear item model knows', async () => {
    const { scorer, validation, chosen } = await withLinear(stages, { watched: shy, scorer: shy }, options)
    const quality = await judge(task, scorer, 1)
    expect((await judge(task, shy, 1)).hitRate).toBeLessThan(0.5)
    expect(quality.hitRate).toBe(1)
    expect(quality.hitRate).toBe((await judge(task, await fitEase(task, { ridge: 1, compile: interpretGraph }), 1)).hitRate)
    expect(validation).toEqual(await judge(task, scorer, LIST_LENGTH))
    expect(chosen).toMatch(/^-?[\d.]+ of it and [\d.]+ of EASE with λ = (1|100), by a logit$/)
  })

  it('learns shares from validation alone: what the test’s lists should hold changes nothing', async () => {
    const other = { ...task, targets: task.targets.map((targets, user) => (targets.length > 0 ? [(targets[0] + 3 + (user % 2)) % 8] : [])) }
    const [one, same] = await Promise.all(
      [stages, { ...stages, test: other }].map((each) => withLinear(each, { watched: shy, scorer: shy }, options)),
    )
    expect(same.chosen).toBe(one.chosen)
  })
})
