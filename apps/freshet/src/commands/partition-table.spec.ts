import { feature, trainer } from '@freshet/contracts/services'
import { partitionTable, worstPartition } from './partition-table'

const NOW_MS = 1_000_000
const partitions = [
  { partition: 0, eventsPosition: 10, eventsEnd: 15, outboxDepth: 2, watermarkMs: NOW_MS - 1500, duplicates: 1234, late: 1 },
  {
    partition: 1,
    eventsPosition: 10,
    eventsEnd: 30,
    watermarkMs: NOW_MS - 90_000,
    unreadable: 3,
    eventsLost: 4,
    touchesLost: 1,
    catalogLost: 1,
  },
  { partition: 2 },
]
const remember = feature.GetStatusResponse.fromPartial({ partitions })
const learn = trainer.GetStatusResponse.fromPartial({ lag: [7, 5, 9], lost: [0, 0, 4] })

describe('the table of partitions', () => {
  it('says of each what waits in which stage, how old its watermark is, and what it has met', () => {
    expect(partitionTable({ remember, learn }, NOW_MS)).toBe(
      [
        'partition  to fold  fold gap  outbox  to learn  learn gap  watermark  duplicates  late  unreadable',
        '        0        5         0       2         7          0        2 s       1,234     1           0',
        '        1       20         6       0         5          0       90 s           0     0           3',
        '        2        0         0       0         9          4  –                   0     0           0',
      ].join('\n'),
    )
  })

  it('says below why a partition stands still', () => {
    const standing = { partition: 1, standingBecause: 'its log is another one', standingSinceMs: NOW_MS - 5000 }
    const table = partitionTable({ remember: feature.GetStatusResponse.fromPartial({ partitions: [{ partition: 0 }, standing] }) }, NOW_MS)
    expect(table.split('\n').slice(3)).toEqual(['partition 1 stands still for 5 s: its log is another one'])
  })

  it('has what one stage says where the other does not answer', () => {
    expect(partitionTable({ learn }, NOW_MS).split('\n')).toHaveLength(4)
    expect(partitionTable({ remember }, NOW_MS).split('\n')[2]).toMatch(/^ +1 +20 +6 +0 +0/)
    expect(partitionTable({}, NOW_MS).split('\n')).toHaveLength(1)
  })
})

describe('the worst partition', () => {
  it('is the one that stands still, before any that is only slow', () => {
    expect(worstPartition({ remember, learn })).toBe('partition 1 is furthest behind: 6 events lost')
    expect(worstPartition({ learn })).toBe('partition 2 is furthest behind: 4 examples lost')
  })

  it('is else the one with the most to fold, then to learn, then to publish', () => {
    const slow = { ...learn, lost: [0, 0, 0] }
    const whole = feature.GetStatusResponse.fromPartial({
      partitions: partitions.map((each) => ({ ...each, eventsLost: 0, touchesLost: 0, catalogLost: 0 })),
    })
    expect(worstPartition({ remember: whole, learn: slow })).toBe('partition 1 is furthest behind: 20 events to fold')
    expect(worstPartition({ learn: slow })).toBe('partition 2 is furthest behind: 9 examples to learn')
    const published = feature.GetStatusResponse.fromPartial({ partitions: [{ partition: 0 }, { partition: 1, outboxDepth: 3 }] })
    expect(worstPartition({ remember: published })).toBe('partition 1 is furthest behind: 3 outgoing to publish')
  })

  it('is none where nothing waits', () => {
    expect(worstPartition({})).toBeUndefined()
    expect(worstPartition({ remember: feature.GetStatusResponse.fromPartial({ partitions: [{ partition: 0 }] }) })).toBeUndefined()
  })
})
