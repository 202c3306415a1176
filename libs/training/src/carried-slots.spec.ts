import { Cut, type ExampleGroup } from '@freshet/contracts'
import type { Dictionary } from '@freshet/features'
import { added, first, followingOptions, groupsBy } from './dictionary-room.fixture'
import { declareModelSet } from '@freshet/model'
import { Learner } from './learner'
import type { ModelTools } from './line-dictionaries'
import { openRoom, PARTITIONS } from './training-room.fixture'

const STEPS = 4
const GROUPS = 5
const read = (group: ExampleGroup): ExampleGroup => group

/** What a learner computes with under a dictionary: of the first one, and of the one that comes after it. */
async function toolsOf({ layout, declared }: Dictionary): Promise<ModelTools> {
  const { toolsOf: make, tools } = await followingOptions(openRoom(), 'a')
  return (await make?.(declareModelSet(layout, declared.model).canonical)) ?? tools
}

/** A learner that has made some steps. */
async function practised(): Promise<Learner> {
  const learner = await Learner.open({ tools: await toolsOf(first), logicalShards: 3, partitions: PARTITIONS })
  for (let step = 1; step <= STEPS; step++) {
    const [from, to] = [(step - 1) * GROUPS, step * GROUPS]
    const cut = Cut.create({ step, ranges: [{ partition: 0, from, to }] })
    await learner.step(cut, [{ partition: 0, to, groups: groupsBy(first, from, GROUPS) }])
  }
  return learner
}

/** By name: what a flat tensor holds of each parameter. */
const byName = ({ modelSet }: Learner, flat: Float32Array): ReadonlyMap<string, Float32Array> =>
  new Map(modelSet.parameters.map(({ name, offset, shape }) => [name, flat.slice(offset, offset + shape.reduce((a, b) => a * b, 1))]))

/** Whatever is not zero, in the order of size. */
const filled = (flat: Float32Array): number[] => [...flat].filter((value) => value !== 0).sort((a, b) => a - b)

describe('a learner that goes on under another dictionary', () => {
  it('keeps the slots of what stays, each with its parameter, and begins those of what is new at zero', async () => {
    const learner = await practised()
    const before = learner.state.model.slots.map((slot) => ({ filled: filled(slot), named: byName(learner, slot) }))
    await learner.adopt({ hash: added.hash, tools: await toolsOf(added), read })
    const { slots, dense } = learner.state.model
    expect(slots).toHaveLength(before.length)
    slots.forEach((slot, i) => {
      expect(slot).toHaveLength(dense.length)
      expect(before[i].filled.length).toBeGreaterThan(10)
      expect(filled(slot)).toEqual(before[i].filled)
      const unmoved = [...byName(learner, slot)].filter(([name, values]) => before[i].named.get(name)?.length === values.length)
      expect(unmoved.length).toBeGreaterThan(2)
      for (const [name, values] of unmoved) expect(values).toEqual(before[i].named.get(name))
    })
  })
})
