import { InvalidFieldError } from '@freshet/kernel'
import { OffsetOutOfRangeError, RecordTooLargeError } from './errors'
import { assertFits, assertPartition, assertTopic, assertWithin, RECORD_BYTES_MAX, shareOf } from './rules'
import { partitionCountOf, TOPICS } from './topics'

describe('the rules that all engines share', () => {
  it('take a value up to its bound, and name the key of one beyond it', () => {
    assertFits([{ key: 'a', value: new Uint8Array(RECORD_BYTES_MAX) }])
    const refused = () => assertFits([{ key: 'b', value: new Uint8Array(RECORD_BYTES_MAX + 1) }])
    expect(refused).toThrow(RecordTooLargeError)
    expect(refused).toThrow("the value of 'b' has 1048577 bytes, and a record may have 1048576")
  })

  it('refuse a key that is no id', () => {
    expect(() => assertFits([{ key: 'k'.repeat(4097), value: new Uint8Array() }])).toThrow(InvalidFieldError)
  })

  it('refuse topics that are no file names', () => {
    for (const topic of Object.values(TOPICS)) assertTopic(topic)
    for (const topic of ['', '.', '..', 'a/b', 'é', 'a'.repeat(201)]) expect(() => assertTopic(topic)).toThrow(InvalidFieldError)
  })

  it('refuse partitions outside their topic', () => {
    assertPartition({ topic: 'events', partition: 7 }, 8)
    for (const partition of [-1, 8, 0.5, NaN]) expect(() => assertPartition({ topic: 'events', partition }, 8)).toThrow(InvalidFieldError)
  })

  it('hold offsets to what is kept, and the one that comes next', () => {
    const at = { topic: 'events', partition: 0 }
    assertWithin(at, 2, { first: 2, next: 5 })
    assertWithin(at, 5, { first: 2, next: 5 })
    for (const offset of [1, 6, NaN]) expect(() => assertWithin(at, offset, { first: 2, next: 5 })).toThrow(OffsetOutOfRangeError)
  })

  it('give each partition to exactly one member, whoever reckons', () => {
    const members = ['c', 'a', 'b']
    const shares = members.map((member) => shareOf(member, members, 8))
    expect(shares.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(shareOf('a', ['a', 'b', 'c'], 8)).toEqual(shareOf('a', ['c', 'b', 'a'], 8))
    expect(shareOf('d', members, 8)).toEqual([])
  })

  it('spread keyed topics, and keep the order of the journal and of refusals', () => {
    expect(['events', 'examples', 'journal', 'dead-letter'].map((topic) => partitionCountOf(topic))).toEqual([8, 8, 1, 1])
    expect(partitionCountOf('events', { events: 3 })).toBe(3)
    expect(partitionCountOf('constructor', {})).toBe(8)
  })
})
