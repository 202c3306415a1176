import { CompressionTypes, type Message } from 'kafkajs'
import { UnavailableError } from '@freshet/kernel'
import { fakeClock } from '@freshet/testing'
import { HealthRecord } from './health'
import type { Sending } from './departures'
import type { Producer } from './link'
import { Patience } from './patience'
import { ProducerSession } from './producer-session'

const messages = (count: number): Message[] => Array.from({ length: count }, () => ({ value: null }))
const lost = Object.assign(new Error('Closed connection'), { retriable: true })
const refused = (type: string): Error => Object.assign(new Error(type), { type, retriable: false })

/** A session to a broker whose answers to batches the test gives, one after another. */
function room(...answers: readonly (number | Error | Promise<number>)[]) {
  const clock = fakeClock()
  const closed = new AbortController().signal
  const health = new HealthRecord(clock, 'a:1')
  const patience = new Patience({ clock, health, brokers: 'a:1', deadlineMs: 1000, closed })
  const batches: Sending[] = []
  let producers = 0
  const introductions: Promise<unknown>[] = []
  const link = {
    introduce: async (): Promise<Producer> => {
      const producerId = String(++producers)
      await introductions.shift()
      return { producerId, producerEpoch: 0 }
    },
    refresh: async () => {},
    produce: async (batch: Sending): Promise<number> => {
      const answer = answers[batches.length] ?? lost
      batches.push(batch)
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  const session = new ProducerSession(
    { link, patience, health, compression: CompressionTypes.None, deadlineMs: 1000 },
    { topic: 'a', partition: 0 },
  )
  const sent = (): string[] => batches.map(({ producerId, firstSequence }) => `${producerId}:${firstSequence}`)
  return { clock, session, sent, batches, introductions }
}

/** A promise that waits for the test to settle it. */
function awaited<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve = (_: T): void => {}
  const promise = new Promise<T>((settle) => (resolve = settle))
  return { promise, resolve }
}

describe('a session of a producer', () => {
  it('numbers its messages without a gap', async () => {
    const { session, sent } = room(0, 3, 5)
    expect([await session.send(messages(3)), await session.send(messages(2)), await session.send(messages(1))]).toEqual([0, 3, 5])
    expect(sent()).toEqual(['1:0', '1:3', '1:5'])
  })

  it('sends what got no answer again under the same numbers', async () => {
    const { clock, session, sent } = room(0, lost, lost, 3)
    await session.send(messages(3))
    const again = session.send(messages(2))
    await clock.advance(500)
    expect(await again).toBe(3)
    expect(sent()).toEqual(['1:0', '1:3', '1:3', '1:3'])
  })

  it('goes on as somebody else after a batch whose outcome stayed unknown', async () => {
    const { clock, session, sent } = room(0, lost, lost, lost, lost, 7)
    await session.send(messages(3))
    const unknown = expect(session.send(messages(2))).rejects.toThrow(UnavailableError)
    await clock.advance(1000)
    await unknown
    expect(await session.send(messages(1))).toBe(7)
    expect(sent().at(-1)).toBe('2:0')
  })

  it('asks for another id where the broker has forgotten it and nothing is open', async () => {
    const { clock, session, sent } = room(0, refused('UNKNOWN_PRODUCER_ID'), 3)
    await session.send(messages(3))
    const next = session.send(messages(1))
    await clock.advance(100)
    expect(await next).toBe(3)
    expect(sent()).toEqual(['1:0', '1:3', '2:0'])
  })

  it('does not send again what may be there, once the broker has forgotten who it was', async () => {
    const { clock, session, sent } = room(0, lost, refused('OUT_OF_ORDER_SEQUENCE_NUMBER'), 9)
    await session.send(messages(3))
    const unknown = expect(session.send(messages(1))).rejects.toThrow(/read, then decide/)
    await clock.advance(500)
    await unknown
    expect(await session.send(messages(1))).toBe(9)
    expect(sent()).toEqual(['1:0', '1:3', '1:3', '2:0'])
  })

  it('goes on as somebody else at the deadline of a batch that a halted broker keeps, whatever becomes of that', async () => {
    const late = awaited<number>()
    const { clock, session, sent, batches } = room(0, late.promise, 7, 8)
    await session.send(messages(3))
    const unknown = expect(session.send(messages(2))).rejects.toThrow(/no answer in time/)
    await clock.advance(1000)
    await unknown
    expect(batches.map(({ over }) => over.aborted)).toEqual([true, true])
    expect(await session.send(messages(1))).toBe(7)
    late.resolve(3)
    expect(await session.send(messages(1))).toBe(8)
    expect(sent()).toEqual(['1:0', '1:3', '2:0', '2:1'])
  })

  it('keeps the id that it has where an earlier one arrives after all', async () => {
    const late = awaited<unknown>()
    const { clock, session, sent, introductions } = room(0, 1)
    introductions.push(late.promise)
    const unknown = expect(session.send(messages(2))).rejects.toThrow(/no answer in time/)
    await clock.advance(1000)
    await unknown
    expect(await session.send(messages(1))).toBe(0)
    late.resolve(undefined)
    await late.promise
    expect(await session.send(messages(1))).toBe(1)
    expect(sent()).toEqual(['2:0', '2:1'])
  })

  it('keeps its numbers where a batch was refused whole', async () => {
    const { session, sent } = room(0, refused('MESSAGE_TOO_LARGE'), 3)
    await session.send(messages(3))
    await expect(session.send(messages(9))).rejects.toThrow(/raise max.message.bytes/)
    expect(await session.send(messages(1))).toBe(3)
    expect(sent()).toEqual(['1:0', '1:3', '1:3'])
  })
})
