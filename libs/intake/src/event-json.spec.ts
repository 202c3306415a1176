import { Event } from '@freshet/contracts'
import { InvalidFieldError } from '@freshet/kernel'
import { eventFromJson, eventsFromJson } from './event-json'

const full = {
  eventId: 'e',
  userId: 'ada',
  sessionId: 's',
  itemId: 'book',
  type: 'rating',
  timeMs: 5,
  value: 4.5,
  requestId: 'r',
  context: { city: 'Köln' },
}

describe('an event from JSON', () => {
  it('is read by either spelling of its names', () => {
    const snake = {
      event_id: 'e',
      user_id: 'ada',
      session_id: 's',
      item_id: 'book',
      type: 'rating',
      time_ms: 5,
      value: 4.5,
      request_id: 'r',
    }
    expect(eventFromJson(full).event).toEqual(Event.fromPartial(full))
    expect(eventFromJson({ ...snake, context: { city: 'Köln' } }).event).toEqual(Event.fromPartial(full))
  })

  it('brings the bytes that the log will hold', () => {
    const { event, bytes } = eventFromJson(full)
    expect(Event.decode(bytes)).toEqual(event)
  })

  it('takes null for absence', () => {
    expect(eventFromJson({ userId: 'ada', value: null, context: null }).event).toEqual(Event.fromPartial({ userId: 'ada' }))
  })

  it('may carry a list that was shown', () => {
    const impression = { surface: 'home', items: [{ item_id: 'a', score: 0.5, propensity: 1 }, { itemId: 'b' }] }
    const expected = { surface: 'home', items: [{ itemId: 'a', score: 0.5, propensity: 1 }, { itemId: 'b' }] }
    expect(eventFromJson({ type: 'impression', impression }).event).toEqual(Event.fromPartial({ type: 'impression', impression: expected }))
  })

  it.each<[string, unknown, string, string, string]>([
    ['an unknown name', { usr_id: 'ada' }, 'usr_id', 'ada', 'the known names are eventId, userId'],
    ['a name of the prototype', { constructor: 'ada' }, 'constructor', 'ada', 'the known names are'],
    ['a number for an id', { userId: 5 }, 'userId', '5', 'it must be a text'],
    ['a text for a number', { value: 'NaN' }, 'value', 'NaN', 'it must be a number'],
    ['a fraction of a millisecond', { timeMs: 1.5 }, 'timeMs', '1.5', 'it must be a whole number'],
    ['a time beyond what a number holds', { timeMs: 2 ** 53 }, 'timeMs', '9007199254740992', 'it must be a whole number'],
    ['a context that is a list', { context: ['a'] }, 'context', '["a"]', 'it must be an object'],
    ['a number in the context', { context: { age: 5 } }, 'context.age', '5', 'it must be a text'],
    ['a list that is none', { impression: { items: {} } }, 'impression.items', '{}', 'it must be a list'],
    [
      'an unknown name in a list',
      { impression: { items: [{ itemId: 'a' }, { id: 'b' }] } },
      'impression.items[1].id',
      'b',
      'the known names are itemId',
    ],
    ['a shown text', { impression: { items: ['a'] } }, 'impression.items[0]', 'a', 'it must be an object'],
    ['a text', 'view', 'event', 'view', 'it must be an object'],
    ['nothing', null, 'event', 'null', 'it must be an object'],
  ])('is defective with %s, and its letter holds what came', (_, json, field, value, rule) => {
    const { defect, bytes } = eventFromJson(json)
    expect(defect).toMatchObject({ field, value, rule: expect.stringContaining(rule) })
    expect(Buffer.from(bytes).toString()).toBe(JSON.stringify(json))
  })
})

describe('a document of events', () => {
  it('is one event, or a list of them, in order', () => {
    expect(eventsFromJson(full)).toHaveLength(1)
    expect(eventsFromJson({ events: [full, { ...full, eventId: 'f' }] }).map(({ event }) => event.eventId)).toEqual(['e', 'f'])
    expect(eventsFromJson({ events: [] })).toEqual([])
  })

  it('keeps a defect to its own event', () => {
    const defects = eventsFromJson({ events: [full, { userId: 5 }, full] }).map(({ defect }) => defect?.field)
    expect(defects).toEqual([undefined, 'userId', undefined])
  })

  it.each([
    ['a list', []],
    ['a text', 'x'],
    ['nothing', undefined],
    ['events that are no list', { events: full }],
  ])('is refused as %s', (_, body) => {
    expect(() => eventsFromJson(body)).toThrow(InvalidFieldError)
  })

  it('are looked for under the right content type where the body is not there', () => {
    expect(() => eventsFromJson(undefined)).toThrow(/send one event with the header content-type: application\/json/)
  })
})
