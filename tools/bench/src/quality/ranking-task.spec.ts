import { judge, type RankingTask, type Scorer } from './ranking-task'

const task: RankingTask = {
  items: 5,
  histories: [[0], [1, 2], [3]],
  masked: [[0], [1, 2], [3]],
  targets: [[1], [0, 4], []],
}
const byNumber: Scorer = async (users) => users.map(() => Float32Array.of(0, 1, 2, 3, 4))

describe('judge', () => {
  it('judges users that have a target, among all items that are not masked', async () => {
    const asked: number[] = []
    const quality = await judge(task, async (users) => (asked.push(...users), byNumber(users)), 2)
    expect(asked).toEqual([0, 1])
    // user 0 lists 4, 3, 2, 1: the target is fourth; user 1 lists 4, 3, 0: of two targets one is among the first two
    expect(quality).toMatchObject({ users: 2, hitRate: 0.5, precision: 0.25, recall: 0.25 })
  })

  it('lists targets among their rivals only, where there are some', async () => {
    const rivals = [[0, 2, 2], [3, 3, 1], []]
    const quality = await judge({ ...task, rivals, targets: [[1], [4], []] }, byNumber, 2)
    // 1 stands behind 2 and 2; 4 stands first
    expect(quality).toMatchObject({ users: 2, hitRate: 0.5, ndcg: 0.5 })
  })

  it('refuses to hide what it asks for', async () => {
    await expect(judge({ ...task, masked: [[1], [], []] }, byNumber, 2)).rejects.toThrow(
      'target of user 0 is 1, but what a list should hold is not masked; take it out of the mask',
    )
  })
})
