import { Event, ImpressionItem } from '@freshet/contracts'
import { eventFault, type EventScope } from './event-rules'
import { NOW_MS, TYPES, view } from './intake.fixture'
import { INTAKE_DEFAULTS } from './limits'

const live: EventScope = { settings: INTAKE_DEFAULTS, types: TYPES, nowMs: NOW_MS, arrivedMs: NOW_MS, replay: false }
const shown = (...items: Partial<ImpressionItem>[]): Event =>
  Event.fromPartial({ userId: 'ada', type: 'impression', impression: { items: items.map((item) => ({ itemId: 'book', ...item })) } })
const floats = (...numbers: number[]): Uint8Array => new Uint8Array(new Float32Array(numbers).buffer)
const many = (n: number): Record<string, string> => Object.fromEntries(Array.from({ length: n }, (_, i) => [`name${i}`, 'x']))

describe('the rules of an event', () => {
  it.each<[string, Event]>([
    ['a view', view()],
    ['a session without a user', view({ userId: '', sessionId: 's1' })],
    ['a time that is left to ingest', view({ timeMs: 0 })],
    ['a time just within the tolerance for other clocks', view({ timeMs: NOW_MS + INTAKE_DEFAULTS.futureMsMax })],
    ['a time of a day back, for which ids are remembered', view({ timeMs: NOW_MS - INTAKE_DEFAULTS.pastMsMax })],
    ['a rating of zero', view({ type: 'rating', value: 0 })],
    ['the longest id', view({ itemId: 'x'.repeat(256) })],
    ['the fullest context', view({ context: many(32) })],
    [
      'a list of 500 with features as served',
      shown(...Array.from({ length: 500 }, () => ({ ids: new Uint8Array(16), numbers: floats(1, -2), propensity: 1 }))),
    ],
  ])('let %s pass', (_, event) => {
    expect(eventFault(event, live)).toBeUndefined()
  })

  it.each<[string, Event, string, RegExp]>([
    ['a type that the dictionary does not know', view({ type: 'veiw' }), 'type', /'demo' knows impression, view, click, rating/],
    ['no type', view({ type: '' }), 'type', /knows impression/],
    ['an event id beyond 256 characters', view({ eventId: 'x'.repeat(257) }), 'event_id', /256 characters, not 257/],
    ['a user id beyond 256 characters', view({ userId: 'x'.repeat(257) }), 'user_id', /256/],
    ['a session id beyond 256 characters', view({ sessionId: 'x'.repeat(257) }), 'session_id', /256/],
    ['an item id beyond 256 characters', view({ itemId: 'x'.repeat(257) }), 'item_id', /256/],
    ['a request id beyond 256 characters', view({ requestId: 'x'.repeat(257) }), 'request_id', /256/],
    ['neither user nor session', view({ userId: '' }), 'user_id', /a user or to a session/],
    ['a view of nothing', view({ itemId: '' }), 'item_id', /is about an item/],
    ['a time before 1970', view({ timeMs: -1 }), 'time_ms', /whole number of milliseconds since 1970/],
    ['a time that is no whole number', view({ timeMs: NaN }), 'time_ms', /whole number/],
    ['a time in the future', view({ timeMs: NOW_MS + 60_001 }), 'time_ms', /60001 ms ahead .* at most 60000/],
    ['a time for which no id is remembered', view({ timeMs: NOW_MS - 30 * 3_600_000 }), 'time_ms', /30 hours back.* remembered for 24$/],
    ['such a time without an id of its own', view({ eventId: '', timeMs: 1000 }), 'time_ms', /472222 hours back/],
    ['a value that is not a number', view({ value: NaN }), 'value', /finite/],
    ['an infinite value', view({ value: Infinity }), 'value', /finite/],
    ['too many context entries', view({ context: many(33) }), 'context', /32 entries/],
    ['a context name that is too long', view({ context: { ['x'.repeat(257)]: '' } }), 'context', /256/],
    ['a context value that is too long', view({ context: { city: 'x'.repeat(257) } }), 'context.city', /256/],
    ['a list under another type', view({ impression: shown({}).impression }), 'impression', /impression type/],
    ['an impression without a list', shown(), 'impression.items', /at least one/],
    ['an impression of nothing', Event.fromPartial({ userId: 'ada', type: 'impression' }), 'impression.items', /at least one/],
    ['a list beyond 500', shown(...Array.from({ length: 501 }, () => ({}))), 'impression.items', /at most 500/],
    ['a shown item without an id', shown({}, { itemId: '' }), 'impression.items[1].item_id', /1 to 256/],
    ['a score that is not a number', shown({ score: NaN }), 'impression.items[0].score', /finite/],
    ['a propensity above 1', shown({ propensity: 1.5 }), 'impression.items[0].propensity', /\[0, 1\]/],
    ['a propensity that is not a number', shown({ propensity: NaN }), 'impression.items[0].propensity', /\[0, 1\]/],
    ['ids that are no pairs', shown({ ids: new Uint8Array(12) }), 'impression.items[0].ids', /multiple of 8/],
    ['numbers that are no floats', shown({ numbers: new Uint8Array(6) }), 'impression.items[0].numbers', /multiple of 4/],
    ['a served feature that is not a number', shown({ numbers: floats(1, NaN) }), 'impression.items[0].numbers[1]', /finite/],
  ])('refuse %s, and say field, rule and remedy', (_, event, field, rule) => {
    const fault = eventFault(event, live)
    expect(fault).toMatchObject({ field, rule: expect.stringMatching(rule) })
    expect(fault?.remedy).not.toBe('')
  })

  it('refuse user features that are not finite', () => {
    const impression = { ...shown({}).impression, userNumbers: floats(Infinity) }
    expect(eventFault(Event.fromPartial({ userId: 'ada', type: 'impression', impression }), live)?.field).toBe('impression.user_numbers[0]')
  })

  it('ask a replayed event for a time of its own', () => {
    expect(eventFault(view({ timeMs: 0 }), { ...live, replay: true })).toMatchObject({ field: 'time_ms', value: 0 })
  })
})
