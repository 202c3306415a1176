import { InvalidFieldError } from '@freshet/kernel'
import { acceptItemId, acceptItemIds, acceptLimit, acceptUser } from './request'

describe('a request', () => {
  it('asks for ten items where it says 0, else for what it says', () => {
    expect([0, 1, 500].map(acceptLimit)).toEqual([10, 1, 500])
  })

  it.each([[-1], [501], [1e6], [2.5], [NaN], [Infinity]])('is refused with a limit of %p', (limit) => {
    expect(() => acceptLimit(limit)).toThrow(InvalidFieldError)
    const remedy = limit > 500 ? 'ask for at most 500' : 'send a whole number, or leave it out for 10'
    expect(() => acceptLimit(limit)).toThrow(`limit is ${limit}, but a list has 1 to 500 items; ${remedy}`)
  })

  it('ranks 1 to 1,000 items that have an id', () => {
    expect(acceptItemIds(['a'])).toEqual(['a'])
    expect(() => acceptItemIds([])).toThrow("item_ids is '0 ids', but one request ranks 1 to 1000 items; send the ids of the items")
    expect(() => acceptItemIds(new Array(1001).fill('a'))).toThrow('1 to 1000 items')
    expect(() => acceptItemIds(['a', ''])).toThrow('item_ids[1]')
  })

  it('names an id that is empty or too long', () => {
    expect(() => acceptItemId('item_id', '')).toThrow('item_id')
    expect(() => acceptItemId('item_id', 'x'.repeat(257))).toThrow('at most 256 characters')
  })

  it('may leave user and session empty, but neither they nor the context may be endless', () => {
    const long = 'x'.repeat(257)
    const nobody = { userId: '', sessionId: '', context: {} }
    expect(() => acceptUser(nobody)).not.toThrow()
    expect(() => acceptUser({ ...nobody, userId: long })).toThrow('user_id')
    expect(() => acceptUser({ ...nobody, sessionId: long })).toThrow('session_id')
    expect(() => acceptUser({ ...nobody, context: { device: long } })).toThrow('context.device')
    const crowded = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, '']))
    expect(() => acceptUser({ ...nobody, context: crowded })).toThrow('at most 64')
  })
})
