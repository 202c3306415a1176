import { Event, EventRecord } from '@freshet/contracts'
import { eventRecordBytes } from './event-record'

const event = Event.fromPartial({ eventId: 'e1', userId: 'ada', itemId: 'book', type: 'view', timeMs: 5, context: { city: 'Köln' } })

describe('the bytes of a record', () => {
  it('are read back as the event that came, with what ingest adds', () => {
    const bytes = eventRecordBytes(Event.encode(event).finish(), { sequence: 7, acceptedMs: 1_700_000_000_000 })
    expect(EventRecord.decode(bytes)).toEqual({ record: { $case: 'event', event }, sequence: 7, acceptedMs: 1_700_000_000_000 })
  })

  it('give an event the id and the time that it lacks', () => {
    const lacking = Event.encode({ ...event, eventId: '', timeMs: 0 }).finish()
    const bytes = eventRecordBytes(lacking, { eventId: 'h:ü', timeMs: 1_700_000_000_001, sequence: 0, acceptedMs: 0 })
    expect(EventRecord.decode(bytes).record).toEqual({ $case: 'event', event: { ...event, eventId: 'h:ü', timeMs: 1_700_000_000_001 } })
  })

  it.each([0, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER])('hold a sequence of %d', (sequence) => {
    const bytes = eventRecordBytes(new Uint8Array(0), { sequence, acceptedMs: sequence })
    expect(EventRecord.decode(bytes)).toMatchObject({ sequence, acceptedMs: sequence })
  })

  it.each([100, 127, 128, 200, 16_384, 70_000])('frame an event of about %d bytes', (length) => {
    const long = { ...event, itemId: 'x'.repeat(length) }
    const bytes = eventRecordBytes(Event.encode(long).finish(), { eventId: 'id', sequence: 1, acceptedMs: 2 })
    expect(EventRecord.decode(bytes).record).toEqual({ $case: 'event', event: { ...long, eventId: 'id' } })
  })
})
