import { Cut } from '@freshet/contracts'
import { bytesOf, uint32Of } from '@freshet/kernel'
import type { Learner } from './learner'
import { digestState } from './learner-state'
import { exampleItem, floats, group, groups, modelSet, openLearner, withGradient } from './training-room.fixture'

async function learn(learner: Learner, steps: number, size = 6): Promise<void> {
  for (let i = 0; i < steps; i++) {
    const step = learner.state.step + 1
    const from = (step - 1) * size
    const cut = Cut.create({ step, ranges: [{ partition: 0, from, to: from + size }] })
    await learner.step(cut, [{ partition: 0, to: from + size, groups: groups(from, size) }])
  }
}

/** Whether a key stands somewhere in bytes. */
const holds = (bytes: Uint8Array, key: Uint32Array): boolean => Buffer.from(bytes).includes(Buffer.from(bytesOf(key)))

describe('a learner', () => {
  it('comes to the same bits from the same cuts', async () => {
    const [one, other] = [await openLearner(), await openLearner()]
    await Promise.all([learn(one, 5), learn(other, 5)])
    expect(digestState(one.state)).toBe(digestState(other.state))
    expect(one.state.chain).toEqual(other.state.chain)
  })

  it('comes to other bits, and says so by its chain, from other examples', async () => {
    const [one, other] = [await openLearner(), await openLearner()]
    const cut = Cut.create({ step: 1, ranges: [{ partition: 0, from: 0, to: 2 }] })
    await one.step(cut, [{ partition: 0, to: 2, groups: groups(0, 2) }])
    await other.step(cut, [{ partition: 0, to: 2, groups: groups(1, 2) }])
    expect(one.state.chain).not.toEqual(other.state.chain)
  })

  it('adds up logical shards to the whole cut, but for what in-batch negatives a shard sees', async () => {
    const [whole, sharded] = [await openLearner({ logicalShards: 1 }), await openLearner()]
    await Promise.all([learn(whole, 1), learn(sharded, 1)])
    expect(sharded.state.metrics.read().rankLoss).toBeCloseTo(whole.state.metrics.read().rankLoss, 5)
  })

  it('learns what the labels follow', async () => {
    const learner = await openLearner()
    await learn(learner, 10)
    const early = learner.state.metrics.read().logLoss
    await learn(learner, 120)
    const { logLoss, auc } = learner.state.metrics.read()
    expect(logLoss).toBeLessThan(early * 0.8)
    expect(auc).toBeGreaterThan(0.9)
  })

  it('drops a group that comes again, wherever it stands', async () => {
    const learner = await openLearner()
    await learn(learner, 1)
    const { examples } = learner.state.metrics.read()
    const cut = Cut.create({ step: 2, ranges: [{ partition: 0, from: 6, to: 8 }] })
    await learner.step(cut, [{ partition: 0, to: 8, groups: [group(5), group(2)] }])
    expect(learner.state.duplicates).toBe(2)
    expect(learner.state.metrics.read().examples).toBe(examples)
    expect(learner.state.positions[0]).toBe(8)
  })

  it('takes several groups of one source record by their ordinals', async () => {
    const learner = await openLearner()
    const cut = Cut.create({ step: 1, ranges: [{ partition: 1, from: 0, to: 3 }] })
    await learner.step(cut, [{ partition: 1, to: 3, groups: [0, 1, 1].map((ordinal) => group(4, { ordinal })) }])
    expect(learner.state.duplicates).toBe(1)
    expect(learner.state.metrics.read().examples).toBe(6)
    expect(learner.state.contains).toEqual([-1, 4])
  })

  it('passes over a cut of which nothing is left, and moves on', async () => {
    const learner = await openLearner()
    const broken = group(0, { items: [{ ...exampleItem(0, 1), numbers: floats([NaN]) }] })
    const outcome = await learner.step(Cut.create({ step: 1, ranges: [{ partition: 0, from: 0, to: 1 }] }), [
      { partition: 0, to: 1, groups: [broken] },
    ])
    expect(outcome).toMatchObject({ step: 1, examples: 0, touched: new Uint32Array(0) })
    expect(learner.state.metrics.read().refused).toBe(1)
  })

  it('forgets a user: its row is gone, the key with it, and is told as touched', async () => {
    const learner = await openLearner()
    await learn(learner, 2)
    const user = uint32Of(group(0).userIds).slice(0, 2)
    const valuesIn = ({ state: { table } }: Learner): Float32Array => {
      const out = new Float32Array(modelSet.rowWidth)
      table.gather(user, 1, out)
      return out
    }
    const unborn = await openLearner()
    const rows = learner.state.table.size
    expect([...learner.state.table.serialise()].some(({ bytes }) => holds(bytes, user))).toBe(true)
    expect(valuesIn(learner)).not.toEqual(valuesIn(unborn))
    const forgetting = group(12, { items: [], forgottenIds: bytesOf(user) })
    const outcome = await learner.step(Cut.create({ step: 3, ranges: [{ partition: 0, from: 12, to: 13 }] }), [
      { partition: 0, to: 13, groups: [forgetting] },
    ])
    expect(valuesIn(learner)).toEqual(valuesIn(unborn))
    expect(learner.state.table.size).toBe(rows - 1)
    expect([...learner.state.table.serialise()].some(({ bytes }) => holds(bytes, user))).toBe(false)
    expect(outcome).toMatchObject({ examples: 0, touched: user })
  })

  it('forgets a user in a cut that is passed over, too: nothing is learned of it, and the row is gone', async () => {
    const learner = await openLearner()
    await learn(learner, 2)
    const user = uint32Of(group(0).userIds).slice(0, 2)
    const { table } = learner.state
    const rows = table.size
    const forgetting = group(13, { items: [], forgottenIds: bytesOf(user) })
    const cut = Cut.create({ step: 3, ranges: [{ partition: 0, from: 12, to: 14 }] })
    const outcome = learner.skip(cut, [{ partition: 0, to: 14, groups: [group(12), forgetting] }])
    expect(table.size).toBe(rows - 1)
    expect([...table.serialise()].some(({ bytes }) => holds(bytes, user))).toBe(false)
    expect(outcome).toMatchObject({ examples: 0, touched: user })
    expect(learner.state).toMatchObject({ step: 3, skippedSteps: 1, contains: [13, -1] })
  })

  it('leaves the weights as they are when a gradient is not finite, and counts the step', async () => {
    const spoilt = withGradient((runner) => ({
      ...runner,
      run: async (feeds) => {
        const outputs = await runner.run(feeds)
        outputs.denseGradient[0] = Infinity
        return outputs
      },
    }))
    const learner = await openLearner({ tools: spoilt })
    const before = learner.state.dense.slice()
    await learn(learner, 1)
    expect(learner.state.skippedSteps).toBe(1)
    expect(learner.state.dense).toEqual(before)
  })
})
