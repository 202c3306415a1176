import { Event, Impression, ImpressionItem } from '@freshet/contracts'
import type { ingest } from '@freshet/contracts/services'
import { fakeClock, type FakeClock } from '@freshet/testing'
import { ImpressionStream, type ImpressionCall } from './impression-stream'

const impression = (eventId: string, bytes = 0): Event =>
  Event.create({ eventId, impression: Impression.create({ items: [ImpressionItem.create({ ids: new Uint8Array(bytes) })] }) })

/** The far end of a stream, at which a test is ingest. */
class FakeCall implements ImpressionCall {
  readonly written: ingest.StreamRequest[] = []
  readonly listeners = new Map<string, (value: never) => void>()
  hasRoom = true
  ended = false

  write(request: ingest.StreamRequest): boolean {
    this.written.push(request)
    return this.hasRoom
  }
  on(event: string, listener: (value: never) => void): void {
    this.listeners.set(event, listener)
  }
  end(): void {
    this.ended = true
  }
  cancel(): void {
    this.ended = true
  }
  emit(event: string, value?: unknown): void {
    this.listeners.get(event)?.(value as never)
  }
  /** Accepts all that was written, or refuses it. */
  answer(outcome: 'accepted' | 'rejected' = 'accepted'): void {
    for (const { correlation, events } of this.written) {
      const acknowledgement =
        outcome === 'accepted' ? { $case: outcome, accepted: { partition: 0, offset: 0 } } : { $case: outcome, rejected: {} }
      this.emit('data', { correlation, acknowledgements: events.map(() => ({ outcome: acknowledgement })) })
    }
  }
  get ids(): string[][] {
    return this.written.map(({ events }) => events.map(({ eventId }) => eventId))
  }
}

describe('the stream of impressions', () => {
  let calls: FakeCall[]
  let pending: (() => void)[]
  let errors: unknown[]
  let clock: FakeClock
  let stream: ImpressionStream

  beforeEach(() => {
    ;[calls, pending, errors, clock] = [[], [], [], fakeClock()]
    const open = (): FakeCall => {
      const call = new FakeCall()
      calls.push(call)
      return call
    }
    const onError = (error: unknown): number => errors.push(error)
    stream = new ImpressionStream({ open, clock, messageBytesMax: 1 << 20, onError, soon: (run) => pending.push(run) })
  })

  const later = (): void => pending.splice(0).forEach((run) => run())

  it('does nothing on the path of the answer, and sends what has gathered together', () => {
    expect([stream.offer(impression('a')), stream.offer(impression('b'))]).toEqual([true, true])
    expect(calls).toHaveLength(0)
    later()
    expect(calls.map(({ ids }) => ids)).toEqual([[['a', 'b']]])
  })

  it('counts what ingest took as logged, and what it refused as dropped', () => {
    stream.offer(impression('a'))
    later()
    calls[0].answer()
    expect([stream.logged, stream.dropped]).toEqual([1, 0])
    stream.offer(impression('b'))
    later()
    calls[0].written.shift()
    calls[0].answer('rejected')
    expect([stream.logged, stream.dropped]).toEqual([1, 1])
  })

  it('keeps messages below what ingest takes', () => {
    for (let i = 0; i < 100; i++) stream.offer(impression(`small-${i}`))
    for (let i = 0; i < 4; i++) stream.offer(impression(`large-${i}`, 300 << 10))
    later()
    expect(calls[0].written.map(({ events }) => events.length)).toEqual([64, 37, 1, 1, 1])
  })

  it('waits where the stream is full', () => {
    const [first, second] = [impression('a'), impression('b')]
    stream.offer(first)
    later()
    calls[0].hasRoom = false
    stream.offer(second)
    later()
    stream.offer(impression('c'))
    later()
    expect(calls[0].ids).toEqual([['a'], ['b']])
    calls[0].hasRoom = true
    calls[0].emit('drain')
    later()
    expect(calls[0].ids).toEqual([['a'], ['b'], ['c']])
  })

  it('drops and counts what does not fit, and never refuses its caller', () => {
    for (let i = 0; i < 1003; i++) stream.offer(impression(`${i}`))
    expect(stream.dropped).toBe(3)
    later()
    expect(stream.offer(impression('late'))).toBe(false) // what is in flight still counts
    calls[0].answer()
    expect([stream.offer(impression('again')), stream.dropped, stream.logged]).toEqual([true, 4, 1000])
  })

  it.each(['error', 'end'])('opens a new stream after an %s and sends again what was not acknowledged', async (event) => {
    stream.offer(impression('a'))
    later()
    stream.offer(impression('b'))
    later()
    calls[0].emit('data', { correlation: 1, acknowledgements: [{ outcome: { $case: 'accepted', accepted: {} } }] })
    calls[0].emit(event, new TypeError('gone'))
    stream.offer(impression('c'))
    later()
    expect(calls).toHaveLength(1)
    await clock.advance(100)
    later()
    expect([calls.length, calls[1].ids, stream.logged, errors.length]).toEqual([2, [['b', 'c']], 1, event === 'error' ? 1 : 0])
  })

  it('sends one by one what was under way when ingest refused a message, drops what is refused alone, and goes on', async () => {
    const refused = Object.assign(new Error('too large'), { code: 3 })
    for (const id of ['a', 'large', 'c']) stream.offer(impression(id))
    later()
    calls[0].emit('error', refused)
    calls[0].emit('end')
    stream.offer(impression('d'))
    await clock.advance(100)
    later()
    calls[1].answer()
    later()
    expect(calls[1].ids).toEqual([['a'], ['large']])
    calls[1].emit('error', refused)
    await clock.advance(100)
    later()
    calls[2].answer()
    later()
    expect([calls.length, calls[2].ids, stream.dropped, stream.logged]).toEqual([3, [['c'], ['d']], 1, 2])
  })

  it('goes on by many once those are through that were under way', async () => {
    for (const id of ['a', 'b']) stream.offer(impression(id))
    later()
    calls[0].emit('error', Object.assign(new Error('malformed'), { code: 3 }))
    await clock.advance(100)
    for (const id of ['c', 'd']) stream.offer(impression(id))
    later()
    for (let round = 0; round < 2; round++) {
      calls[1].answer()
      later()
    }
    expect(calls[1].ids).toEqual([['a'], ['b'], ['c', 'd']])
  })

  it('tries more and more rarely while ingest is away, and often again once it was there', async () => {
    stream.offer(impression('a'))
    later()
    const waits: number[] = []
    for (let round = 0; round < 9; round++) {
      const before = calls.length
      calls[before - 1].emit('error', new TypeError('refused'))
      let waitedMs = 0
      while (calls.length === before) {
        await clock.advance(100)
        later()
        waitedMs += 100
      }
      waits.push(waitedMs)
      if (round === 7) calls[calls.length - 1].answer()
      if (round === 7) stream.offer(impression('b'))
      later()
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 100])
  })

  it('takes no notice of a stream that it has left', async () => {
    stream.offer(impression('a'))
    later()
    calls[0].emit('error', new TypeError('gone'))
    await clock.advance(100)
    later()
    calls[0].emit('drain')
    calls[0].emit('end')
    later()
    await clock.advance(10_000)
    later()
    expect(calls).toHaveLength(2)
  })

  it('counts what it could not send when it is closed, and opens nothing any more', async () => {
    stream.offer(impression('a'))
    later()
    stream.offer(impression('b'))
    stream.close()
    later()
    expect([stream.dropped, calls.length, calls[0].ended, stream.offer(impression('c'))]).toEqual([2, 1, true, false])
    calls[0].emit('error', new TypeError('cancelled'))
    await clock.advance(1000)
    later()
    expect(calls).toHaveLength(1)
  })
})
