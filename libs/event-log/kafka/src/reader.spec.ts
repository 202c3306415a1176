import { OffsetOutOfRangeError } from '@freshet/event-log'
import { fakeClock } from '@freshet/testing'
import { ChunkCache } from './chunk-cache'
import { Extents } from './extents'
import { HealthRecord } from './health'
import type { FetchBounds, Fetched, FetchedMessage, FetchFrom } from './link'
import { Patience } from './patience'
import { Reader } from './reader'

const target = { of: { topic: 'clicks', partition: 0 }, place: { topic: 'shop.clicks', partition: 0 }, untilMs: 1000 }
const message = (offset: number, onlyAt?: number): FetchedMessage => {
  const headers = onlyAt === undefined ? {} : { 'freshet-only-at': Buffer.from(String(onlyAt)) }
  return { offset, key: Buffer.from(`k${offset}`), value: Buffer.alloc(10), headers, isControlRecord: false }
}

/** A partition on a broker, which sends batches of `perFetch` messages at once. */
class Room {
  readonly fetches: (FetchFrom & FetchBounds)[] = []
  readonly extents = new Extents()
  messages: FetchedMessage[] = []
  first = 0
  end = 0
  perFetch = 3
  /** What the first batches weigh, of which nothing is left. */
  hollowBytes = 0
  readonly clock = fakeClock()
  /** How long an answer takes. */
  answerMs = 0
  isAway = false
  /** The end that answers know. */
  lateTo = Infinity
  readonly reader: Reader

  constructor() {
    const { clock } = this
    const closed = new AbortController().signal
    const patience = new Patience({ clock, health: new HealthRecord(clock, 'a:1'), brokers: 'a:1', deadlineMs: 1000, closed })
    const link = {
      nodeOf: async () => '1',
      refresh: async () => {},
      fetch: async (_: string, [wanted]: readonly FetchFrom[], bounds: FetchBounds) => {
        if (this.answerMs > 0) await clock.sleep(this.answerMs)
        return this.fetch(wanted, bounds)
      },
    }
    const offsets = { ask: async (end: 'first' | 'next') => (end === 'first' ? this.first : this.end) }
    this.reader = new Reader({ link, patience, offsets, extents: this.extents, cache: new ChunkCache(1 << 20) })
  }

  fill(...messages: FetchedMessage[]): void {
    this.messages.push(...messages)
    this.end = messages[messages.length - 1].offset + 1
  }

  async read(from: number, records = 100): Promise<number[]> {
    return (await this.reader.read(target, from, { records })).map(({ offset }) => offset)
  }

  private fetch(wanted: FetchFrom, bounds: FetchBounds): Fetched[] {
    if (this.isAway) throw Object.assign(new Error('Closed connection'), { retriable: true })
    this.fetches.push({ ...wanted, ...bounds })
    const { from } = wanted
    if (from < this.first || from > this.end) throw Object.assign(new Error('out'), { type: 'OFFSET_OUT_OF_RANGE', retriable: false })
    if (this.lateTo <= from) return [{ ...target.place, messages: [], highWatermark: this.lateTo }]
    const start = this.messages.findIndex(({ offset }) => offset >= from)
    const messages =
      start < 0 || (from === 0 && bounds.bytesMax < this.hollowBytes) ? [] : this.messages.slice(start, start + this.perFetch)
    return [{ ...target.place, messages, highWatermark: this.end }]
  }
}

describe('reads of a partition', () => {
  it('go over as many fetches as it takes, and ask once more only at the end', async () => {
    const room = new Room()
    room.fill(...[0, 1, 2, 3, 4, 5, 6].map((offset) => message(offset)))
    expect(await room.read(0)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(room.fetches.map(({ from }) => from)).toEqual([0, 3, 6])
    expect(await room.read(2, 2)).toEqual([2, 3])
    expect(room.fetches).toHaveLength(3)
    expect(await room.read(7)).toEqual([])
    expect(room.fetches.map(({ from }) => from)).toEqual([0, 3, 6, 7])
  })

  it('have time as long as answers come, and no longer', async () => {
    const room = new Room()
    room.fill(...[0, 1, 2, 3, 4, 5, 6].map((offset) => message(offset)))
    room.answerMs = 900
    const all = room.read(0)
    await room.clock.advance(2700)
    expect(await all).toEqual([0, 1, 2, 3, 4, 5, 6])
    room.answerMs = 2000
    const refused = expect(room.reader.read({ ...target, untilMs: 3700 }, 7, { records: 1 })).rejects.toThrow(/no answer in time/)
    await room.clock.advance(1000)
    await refused
  })

  it('pass over voids and gaps, and count each void once', async () => {
    const room = new Room()
    room.fill(message(0), message(1, 0), message(2, 0), message(3, 0), message(7), message(8, 1))
    expect(await room.read(0)).toEqual([0, 7])
    expect(await room.read(2)).toEqual([7])
    expect(await room.read(1)).toEqual([7])
    expect(room.extents.of(target.place).voids).toBe(4)
    expect(await room.read(8)).toEqual([])
  })

  it('share a fetch that is under way', async () => {
    const room = new Room()
    room.fill(message(0), message(1))
    expect(await Promise.all([room.read(0), room.read(0), room.read(0, 1)])).toEqual([[0, 1], [0, 1], [0]])
    expect(room.fetches).toHaveLength(1)
  })

  it('name the range that there is, below and above', async () => {
    const room = new Room()
    room.fill(message(5), message(6))
    room.first = 5
    await expect(room.read(4)).rejects.toEqual(new OffsetOutOfRangeError(target.of, 4, 5, 7))
    await expect(room.read(8)).rejects.toThrow('offset 8 is outside clicks/0, which holds 5 to 6; resume from 5 to 7')
    await expect(room.read(0.5)).rejects.toThrow(OffsetOutOfRangeError)
  })

  it('forget what a partition had beyond the tail that it lost', async () => {
    const room = new Room()
    room.fill(message(0), message(1), message(2))
    await room.read(0)
    room.messages = [message(0)]
    room.end = 1
    await expect(room.read(3)).rejects.toThrow('which holds 0 to 0; resume from 0 to 1')
    room.fill(message(1, 1))
    expect(await room.read(0)).toEqual([0, 1])
    expect(await room.read(2)).toEqual([])
  })

  it('bring what stands there now where a partition went on below what it had', async () => {
    const room = new Room()
    room.fill(message(0), message(1, 0), message(2))
    expect(await room.read(0)).toEqual([0, 2])
    room.messages = [message(0), message(1), message(2, 1)]
    room.reader.forgetFrom(target.place, 1)
    expect(await room.read(0)).toEqual([0, 1])
    expect(room.extents.of(target.place)).toMatchObject({ end: 3, voids: 2 })
  })

  it('believe nothing that was fetched before a broker went away: it may come back as it was earlier', async () => {
    const room = new Room()
    room.fill(message(0), message(1), message(2), message(3))
    expect(await room.read(0, 2)).toEqual([0, 1])
    room.isAway = true
    const reading = room.read(3)
    await room.clock.advance(50)
    room.isAway = false
    await room.clock.advance(200)
    expect(await reading).toEqual([3])
    const asked = room.fetches.length
    expect(await room.read(0, 2)).toEqual([0, 1])
    expect(room.fetches.length).toBeGreaterThan(asked)
  })

  it('ask for more where compaction has emptied all batches of an answer', async () => {
    const room = new Room()
    room.fill(message(900))
    room.hollowBytes = 4 << 20
    expect(await room.read(0)).toEqual([900])
    expect(room.fetches.map(({ bytesMax }) => bytesMax)).toEqual([1 << 20, 8 << 20])
  })

  it('look for what stands before an offset by themselves: an answer that is under way may be older than it', async () => {
    const room = new Room()
    room.answerMs = 10
    const early = room.reader.read(target, 0, { records: 1 })
    room.lateTo = 0 // the answer that is on its way says: nothing
    await room.clock.advance(5)
    room.fill(message(0), message(1, 7))
    const holds = room.reader.holds(target, 0, 2)
    await room.clock.advance(5)
    room.lateTo = Infinity
    await room.clock.advance(10)
    expect([await early, await holds]).toEqual([[], true])
  })

  it('do not say that nothing stands there while a leader has not learned yet how far it reaches', async () => {
    const room = new Room()
    const holds = room.reader.holds(target, 0, 1)
    await room.clock.advance(100)
    room.fill(message(0))
    await room.clock.advance(900)
    expect(await holds).toBe(true)
  })

  it('tell whether anything stands in a range, also where it was retired', async () => {
    const room = new Room()
    room.fill(message(3), message(4, 0), message(5, 0), message(6))
    room.first = 3
    const ranges = [0, 3, 4, 6].map((from) => room.reader.holds(target, from, 6))
    expect(await Promise.all(ranges)).toEqual([true, true, false, false])
  })
})
