import * as fc from 'fast-check'
import { encoded, ExampleGroup, ExampleItem } from '@freshet/contracts'
import { RECORD_BYTES_MAX } from '@freshet/event-log'
import { partsOfGroup } from './group-parts'

const groupOf = (count: number, numbers: number, more: Partial<ExampleGroup> = {}): ExampleGroup =>
  ExampleGroup.create({
    items: Array.from({ length: count }, (_, i) => ExampleItem.create({ itemLo: i, label: i % 2, numbers: new Uint8Array(4 * numbers) })),
    ...more,
  })

const bytesOf = (group: ExampleGroup): number => encoded(ExampleGroup, group).length

describe('a group on its way', () => {
  it('stays whole where it fits into a record', () => {
    const group = groupOf(500, 30, { userIds: new Uint8Array(800) })
    expect(partsOfGroup(group)).toEqual([group])
    expect(partsOfGroup(groupOf(0, 0))).toHaveLength(1)
  })

  it('goes in parts that fit where 500 items have 1,024 numbers each, every item once and in order, the user in all', () => {
    const userNumbers = Uint8Array.of(1, 2, 3, 4)
    const parts = partsOfGroup(groupOf(500, 1024, { userNumbers }))
    expect(parts).toHaveLength(3)
    for (const part of parts) expect(bytesOf(part)).toBeLessThan(RECORD_BYTES_MAX)
    expect(parts.map((part) => part.userNumbers)).toEqual(parts.map(() => userNumbers))
    expect(parts.flatMap(({ items }) => items.map(({ itemLo }) => itemLo))).toEqual(Array.from({ length: 500 }, (_, i) => i))
  })

  it('tells each forgotten id once', () => {
    const forgottenIds = Uint8Array.from({ length: 2_000_000 }, (_, i) => i)
    const parts = partsOfGroup(groupOf(0, 0, { forgottenIds }))
    for (const part of parts) expect(bytesOf(part)).toBeLessThan(RECORD_BYTES_MAX)
    expect(parts.every((part) => part.forgottenIds.length % 8 === 0)).toBe(true)
    expect(Buffer.concat(parts.map((part) => part.forgottenIds)).equals(Buffer.from(forgottenIds))).toBe(true)
  })

  it('is cut by lengths alone, whatever features are', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 40 })
    fc.assert(
      fc.property(lengths, fc.integer({ min: 0, max: 255 }), (each, fill) => {
        const made = (value: number): ExampleGroup =>
          ExampleGroup.create({ items: each.map((length) => ExampleItem.create({ ids: new Uint8Array(8 * length).fill(value) })) })
        const counts = (group: ExampleGroup): number[] => partsOfGroup(group).map(({ items }) => items.length)
        expect(counts(made(fill))).toEqual(counts(made(0)))
        expect(counts(made(fill)).reduce((sum, count) => sum + count, 0)).toBe(each.length)
      }),
    )
  })
})
