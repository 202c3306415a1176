import { Event } from '@freshet/contracts'
import { ingest } from '@freshet/contracts/services'
import { IngestDefinition, type EventBatch } from './wire'

const events = [Event.fromPartial({ eventId: 'a', userId: 'ada' }), Event.fromPartial({ eventId: 'b', context: { city: 'Köln' } })]
const read = (method: 'append' | 'stream' | 'replay', bytes: Uint8Array): EventBatch =>
  IngestDefinition[method]?.requestDeserialize(Buffer.from(bytes)) as EventBatch

describe('a request of events', () => {
  it.each([
    ['append', ingest.AppendRequest.encode({ events }).finish(), { correlation: 0, replayId: '' }],
    ['stream', ingest.StreamRequest.encode({ events, correlation: 2 ** 40 }).finish(), { correlation: 2 ** 40, replayId: '' }],
    ['replay', ingest.ReplayRequest.encode({ events, correlation: 7, replayId: 'r' }).finish(), { correlation: 7, replayId: 'r' }],
  ] as const)('of %s is read as the contract encodes it, with the bytes of each event', (method, bytes, frame) => {
    const batch = read(method, bytes)
    expect(batch).toMatchObject(frame)
    expect(batch.events.map(({ event }) => event)).toEqual(events)
    expect(batch.events.map((received) => Event.decode(received.bytes))).toEqual(events)
  })

  it('takes an event that it cannot read for a defect of that event', () => {
    const cutOff = [0x0a, 3, 0x0a, 9, 0x41] // an event whose id says nine bytes and has one
    const good = ingest.AppendRequest.encode({ events }).finish()
    const batch = read('append', Uint8Array.from([...cutOff, ...good]))
    expect(batch.events.map(({ defect }) => defect?.field)).toEqual(['event', undefined, undefined])
    expect(batch.events[0]?.defect?.rule).toMatch(/must be a freshet.event.v1.Event/)
    expect(Buffer.from(batch.events[0]?.bytes ?? [])).toEqual(Buffer.from([0x0a, 9, 0x41]))
  })

  it('takes a time beyond what a number holds for a defect too', () => {
    const time = [0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]
    expect(read('append', Uint8Array.from([0x0a, time.length, ...time])).events[0]?.defect?.rule).toMatch(/MAX_SAFE_INTEGER/)
  })

  it('skips fields of later versions', () => {
    const later = [0xa2, 0x06, 2, 1, 2] // field 100, two bytes
    expect(read('append', Uint8Array.from([...later, ...ingest.AppendRequest.encode({ events }).finish()])).events).toHaveLength(2)
  })

  it('throws where the request itself is cut off', () => {
    expect(() => read('append', ingest.AppendRequest.encode({ events }).finish().slice(0, -1))).toThrow()
  })
})
