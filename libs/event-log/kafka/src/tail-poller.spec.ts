import { fakeClock, type FakeClock } from '@freshet/testing'
import type { Fetched, FetchFrom, Place } from './link'
import { TailPoller, type PollLink } from './tail-poller'

const place = (partition: number): Place => ({ topic: 'clicks', partition })
const never = new AbortController().signal

/** A fetch that waits at the broker. */
interface Poll {
  readonly wanted: readonly FetchFrom[]
  readonly bring: (partition: number, count: number) => Promise<void>
  readonly bringNothing: () => Promise<void>
  readonly fail: (error: Error) => Promise<void>
}

class Room {
  readonly clock: FakeClock = fakeClock()
  readonly closed = new AbortController()
  readonly polls: [Poll[], Poll[]] = [[], []]
  readonly failures: unknown[] = []
  readonly poller: TailPoller
  leader: (partition: number) => string = () => '1'
  recovered = 0
  doubts = 0
  /** After a poll that brought something, the time until the next one is over at once. */
  gatherMs = 10

  constructor() {
    this.poller = new TailPoller({
      links: [this.link(0), this.link(1)],
      clock: this.clock,
      health: { succeeded: () => {}, failed: (error) => void this.failures.push(error) },
      closed: this.closed.signal,
      keep: ({ messages }, from) => {
        const records = messages.map(({ offset }) => ({ offset, key: '', value: new Uint8Array() }))
        return { from, to: from + messages.length, records, bytes: 100 * messages.length }
      },
      recover: async () => this.recovered,
      doubt: () => void this.doubts++,
    })
  }

  /** Waits, and says whether that is over. */
  wait(partition: number, offset: number, from = offset): { over: boolean } {
    const state = { over: false }
    void this.poller.wait(place(partition), { offset, from, signal: never }).then(() => (state.over = true))
    return state
  }

  private link(lane: 0 | 1): PollLink {
    return {
      nodeOf: async ({ partition }) => this.leader(partition),
      refresh: async () => {},
      fetch: (_, wanted) =>
        new Promise((resolve, reject) => {
          const turn = (): Promise<void> => this.clock.advance(0)
          const answer = async (fetched: Fetched[]): Promise<void> => {
            resolve(fetched)
            await turn()
            await this.clock.advance(this.gatherMs)
          }
          this.polls[lane].push({
            wanted,
            bring: (partition, count) => {
              const at = wanted.find((from) => from.partition === partition)?.from ?? 0
              const message = (i: number) => ({ offset: at + i, key: null, value: null, headers: {}, isControlRecord: false })
              return answer([
                { ...place(partition), messages: Array.from({ length: count }, (_, i) => message(i)), highWatermark: at + count },
              ])
            },
            bringNothing: () => answer([]),
            fail: (error) => {
              reject(error)
              return turn()
            },
          })
        }),
    }
  }
}

describe('those who wait for partitions of a broker', () => {
  it('share one fetch, and go when their offset has come', async () => {
    const room = new Room()
    const [first, second, third] = [room.wait(0, 0), room.wait(1, 5), room.wait(0, 2, 0)]
    await room.clock.advance(0)
    expect(room.polls[0][0].wanted).toEqual([
      { ...place(0), from: 0 },
      { ...place(1), from: 5 },
    ])
    await room.polls[0][0].bring(0, 1)
    expect([first.over, second.over, third.over]).toEqual([true, false, false])
    await room.polls[0][1].bring(0, 2)
    expect([second.over, third.over]).toEqual([false, true])
  })

  it('begin over the other link while a fetch waits', async () => {
    const room = new Room()
    room.wait(0, 0)
    await room.clock.advance(0)
    const late = room.wait(1, 0)
    await room.clock.advance(0)
    expect(room.polls[1][0].wanted).toEqual([{ ...place(1), from: 0 }])
    await room.polls[1][0].bring(1, 1)
    expect(late.over).toBe(true)
  })

  it('find what came while they worked', async () => {
    const room = new Room()
    const first = room.wait(0, 0)
    await room.clock.advance(0)
    await room.polls[0][0].bring(0, 1)
    expect(first.over).toBe(true)
    await room.polls[0][1].bring(0, 1)
    const second = room.wait(0, 1)
    await room.clock.advance(0)
    expect(second.over).toBe(true)
    expect([room.poller.follows(place(0), 1), room.poller.follows(place(1), 0)]).toEqual([true, false])
  })

  it('are left time to grow together: the next fetch comes a moment after one that brought something', async () => {
    const room = new Room()
    room.gatherMs = 0
    const first = room.wait(0, 0)
    await room.clock.advance(0)
    await room.polls[0][0].bring(0, 1)
    expect(first.over).toBe(true)
    room.wait(0, 1)
    await room.clock.advance(9)
    expect(room.polls.flat()).toHaveLength(1)
    await room.clock.advance(1)
    expect(room.polls.flat()).toHaveLength(2)
    await room.polls[0][1].bringNothing()
    expect(room.polls.flat()).toHaveLength(3)
  })

  it('are known to be at their end while they are polled, as far as nothing else says that there is more', async () => {
    const room = new Room()
    const isAtEnd = (offset: number, knownTo = 0): boolean => room.poller.isAtEnd(place(0), offset, knownTo)
    room.wait(0, 3)
    await room.clock.advance(0)
    expect(isAtEnd(3)).toBe(false)
    await room.polls[0][0].bringNothing()
    expect([isAtEnd(2), isAtEnd(3), isAtEnd(3, 3), isAtEnd(3, 4), isAtEnd(4)]).toEqual([false, true, true, false, false])
    await room.polls[0][1].bring(0, 1)
    expect([isAtEnd(3), isAtEnd(4, 4)]).toEqual([false, true])
    await room.clock.advance(1000)
    expect(isAtEnd(4, 4)).toBe(false)
  })

  it('are not known to be at their end once a poll has failed', async () => {
    const room = new Room()
    room.wait(0, 0)
    await room.clock.advance(0)
    await room.polls[0][0].bringNothing()
    expect(room.poller.isAtEnd(place(0), 0, 0)).toBe(true)
    expect(room.doubts).toBe(0)
    await room.polls[0][1].fail(new Error('Closed connection'))
    expect(room.poller.isAtEnd(place(0), 0, 0)).toBe(false)
    expect(room.doubts).toBe(1) // the broker may come back as it was earlier
  })

  it('are polled on while somebody reads, from where the reading is', async () => {
    const room = new Room()
    room.wait(0, 0)
    await room.clock.advance(0)
    await room.polls[0][0].bring(0, 20_000)
    expect(room.polls[0]).toHaveLength(1)
    room.poller.read(place(0), 30_000)
    room.wait(1, 0)
    await room.clock.advance(0)
    expect(room.polls[0][1].wanted).toEqual([
      { ...place(0), from: 30_000 },
      { ...place(1), from: 0 },
    ])
    expect(room.poller.follows(place(0), 20_000)).toBe(false)
  })

  it('are forgotten a while after they left, and polled no more', async () => {
    const room = new Room()
    room.wait(0, 0)
    await room.clock.advance(0)
    await room.polls[0][0].bring(0, 1)
    await room.clock.advance(6000)
    await room.polls[0][1].bringNothing()
    expect(room.polls[0]).toHaveLength(2)
    expect(room.poller.follows(place(0), 1)).toBe(false)
  })

  it('are not fetched for without end where they left much unread', async () => {
    const room = new Room()
    room.wait(0, 0)
    await room.clock.advance(0)
    await room.polls[0][0].bring(0, 20_000)
    expect(room.polls[0]).toHaveLength(1)
    room.wait(0, 20_000)
    await room.clock.advance(0)
    expect(room.polls[0][1].wanted).toEqual([{ ...place(0), from: 20_000 }])
  })

  it('wait on through failures, with pauses, and are counted as failed', async () => {
    const room = new Room()
    const waiting = room.wait(0, 0)
    await room.clock.advance(0)
    await room.polls[0][0].fail(new Error('Closed connection'))
    expect(room.polls[0]).toHaveLength(1)
    await room.clock.advance(100)
    await room.polls[0][1].bring(0, 1)
    expect([waiting.over, room.failures.length]).toEqual([true, 1])
  })

  it('go on where the partition does, when what they waited at was retired or lost', async () => {
    const room = new Room()
    room.recovered = 7
    const waiting = room.wait(0, 3)
    await room.clock.advance(0)
    await room.polls[0][0].fail(Object.assign(new Error('out of range'), { type: 'OFFSET_OUT_OF_RANGE' }))
    expect(room.polls[0][1].wanted).toEqual([{ ...place(0), from: 7 }])
    await room.polls[0][1].bring(0, 1)
    expect(waiting.over).toBe(true)
  })

  it('poll each broker by itself, and look again for a leader that is missing', async () => {
    const room = new Room()
    let elected = false
    room.leader = (partition) => {
      if (partition === 1 && !elected) throw new Error('no leader')
      return String(partition)
    }
    room.wait(0, 0)
    room.wait(1, 0)
    await room.clock.advance(0)
    expect(room.polls[0].map(({ wanted }) => wanted.map(({ partition }) => partition))).toEqual([[0]])
    elected = true
    await room.clock.advance(100)
    expect(room.polls[0].map(({ wanted }) => wanted.map(({ partition }) => partition))).toEqual([[0], [1]])
  })

  it('are let go when the log is closed', async () => {
    const room = new Room()
    const waiting = room.wait(0, 0)
    await room.clock.advance(0)
    room.closed.abort()
    room.poller.close()
    await room.clock.advance(0)
    expect(waiting.over).toBe(true)
    await room.polls[0][0].bringNothing()
    expect(room.polls[0]).toHaveLength(1)
  })
})
