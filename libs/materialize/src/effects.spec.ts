import { ExampleGroup, ExampleItem, FoldState, Touch } from '@freshet/contracts'
import { partitionOf } from '@freshet/kernel'
import { Effects } from './effects'

function open(state = FoldState.create()) {
  return { state, effects: new Effects({ partition: 3, partitions: 4 }, state) }
}
const click = { itemId: 'a', type: 'click', timeMs: 5, impressed: false }

describe('what a fold sends', () => {
  it('numbers the groups of a record, and starts anew with the next', () => {
    const { effects } = open()
    effects.begin(7, 100)
    effects.group('u', ExampleGroup.create())
    effects.group('u', ExampleGroup.create())
    effects.begin(8, 101)
    effects.group('v', ExampleGroup.create())
    const sent = effects.takeGroups().map(({ key, group }) => `${key} ${group.sourceOffset}.${group.ordinal} ${group.acceptedMs}`)
    expect(sent).toEqual(['u 7.0 100', 'u 7.1 100', 'v 8.0 101'])
    expect(effects.takeGroups()).toEqual([])
  })

  it('numbers each part of a group that one record does not take', () => {
    const { effects, state } = open()
    effects.begin(7, 100)
    const items = Array.from({ length: 400 }, (_, itemLo) => ExampleItem.create({ itemLo, numbers: new Uint8Array(4096) }))
    effects.group('u', ExampleGroup.create({ items }))
    effects.group('u', ExampleGroup.create())
    const sent = effects.takeGroups().map(({ group }) => `${group.sourceOffset}.${group.ordinal}: ${group.items.length}`)
    expect(sent).toEqual(['7.0: 189', '7.1: 189', '7.2: 22', '7.3: 0'])
    expect(state.groups).toBe(4)
  })

  it('is silent about groups that the log has, and counts them all the same', () => {
    const { effects, state } = open()
    effects.silentUntil = { sourceOffset: 7, ordinal: 0 }
    effects.begin(7, 0)
    effects.group('u', ExampleGroup.create())
    effects.group('u', ExampleGroup.create())
    expect(effects.takeGroups().map(({ group }) => group.ordinal)).toEqual([1])
    expect(state.groups).toBe(2)
  })

  it('numbers touches by the partition that they go to, across restarts', () => {
    const { effects, state } = open()
    effects.touch(click)
    effects.touch({ ...click, itemId: 'b' })
    const restarted = open(FoldState.decode(FoldState.encode(state).finish()))
    restarted.effects.touch(click)
    const numbers = [...effects.takeTouches(), ...restarted.effects.takeTouches()].map(({ itemId, sequence }) => ({ itemId, sequence }))
    const together = partitionOf('a', 4) === partitionOf('b', 4)
    expect(numbers).toEqual([
      { itemId: 'a', sequence: 0 },
      { itemId: 'b', sequence: together ? 1 : 0 },
      { itemId: 'a', sequence: together ? 2 : 1 },
    ])
  })

  it('leaves as bytes: groups to the partition’s examples, touches to the partitions of their items', () => {
    const { effects, state } = open()
    state.watermarkMs = 4
    effects.begin(7, 100)
    effects.group('u', ExampleGroup.create({ timeMs: 5 }))
    effects.touch({ ...click, value: 2, residual: -1 })
    const [example, touch] = effects.takeOutgoing()
    expect(example).toMatchObject({ to: { topic: 'examples', partition: 3 }, key: 'u' })
    expect(ExampleGroup.decode(example.value)).toMatchObject({ sourceOffset: 7, timeMs: 5 })
    expect(touch).toMatchObject({ to: { topic: 'touches', partition: partitionOf('a', 4) }, key: 'a' })
    expect(Touch.decode(touch.value)).toMatchObject({ ...click, value: 2, residual: -1, sourcePartition: 3, watermarkMs: 4 })
  })
})
