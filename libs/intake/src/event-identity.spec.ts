import { contentId, keyOf } from './event-identity'
import { view } from './intake.fixture'

describe('the key of an event', () => {
  it('is its user, or its session where the user is unknown', () => {
    expect(keyOf(view({ userId: 'ada', sessionId: 's1' }))).toBe('ada')
    expect(keyOf(view({ userId: '', sessionId: 's1' }))).toBe('s:s1')
  })
})

describe('an id made from content', () => {
  const id = contentId(view(), 5)

  it('is the same for the same content, whatever the order of its context', () => {
    expect(contentId(view({ context: { a: '1', b: '2' } }), 5)).toBe(contentId(view({ context: { b: '2', a: '1' } }), 5))
    expect(id).toMatch(/^h:[0-9a-f]{16}$/)
  })

  it.each([
    ['user', view({ userId: 'bob' })],
    ['session', view({ sessionId: 's' })],
    ['item', view({ itemId: 'pen' })],
    ['type', view({ type: 'click' })],
    ['value', view({ value: 0 })],
    ['request', view({ requestId: 'r' })],
    ['context', view({ context: { a: '1' } })],
  ])('differs where the %s differs', (_, other) => {
    expect(contentId(other, 5)).not.toBe(id)
  })

  it('differs by time, and where characters move from one field to the next', () => {
    expect(contentId(view(), 6)).not.toBe(id)
    expect(contentId(view({ userId: 'ab', sessionId: 'c' }), 5)).not.toBe(contentId(view({ userId: 'a', sessionId: 'bc' }), 5))
  })
})
