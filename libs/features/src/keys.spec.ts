import { actorOf, itemIdOf, itemKey, userKey } from './keys'

describe('keys', () => {
  it('keep users and items apart, and lead back to an item', () => {
    expect(userKey('x')).not.toBe(itemKey('x'))
    expect(itemIdOf(itemKey('i:x'))).toBe('i:x')
  })

  it('give an event without a user to its session', () => {
    expect(actorOf({ userId: 'ada', sessionId: 'web' })).toBe('ada')
    expect(actorOf({ userId: '', sessionId: 'web' })).toBe('s:web')
  })
})
