import { InvalidFieldError } from '@freshet/kernel'
import { predictQuery, rankQuery, recommendQuery, similarQuery } from './json-request'

describe('a request in JSON', () => {
  it('may leave everything out', () => {
    expect(recommendQuery({})).toEqual({
      ...{ userId: '', sessionId: '', surface: '', context: {}, rules: undefined },
      ...{ explain: false, dryRun: false, limit: 0, includeSeen: false },
    })
  })

  it('is read field by field', () => {
    const rules = { require: 'a', exclude: 'b', boosts: [{ condition: 'c', factor: 2 }], pins: ['x'] }
    const all = { userId: 'ann', sessionId: 's', surface: 'home', context: { device: 'phone' }, rules, explain: true, dryRun: true }
    expect(recommendQuery({ ...all, limit: 7, includeSeen: true })).toEqual({ ...all, limit: 7, includeSeen: true })
    expect(rankQuery({ ...all, itemIds: ['a', 'b'] })).toEqual({ ...all, itemIds: ['a', 'b'] })
    expect(similarQuery({ itemId: 'a', limit: 3, rules: {} })).toEqual({
      ...{ itemId: 'a', limit: 3 },
      rules: { require: '', exclude: '', boosts: [], pins: [] },
    })
    expect(predictQuery({ userId: 'ann', itemIds: ['a'] })).toEqual({ userId: 'ann', itemIds: ['a'], context: {} })
  })

  it.each<[unknown, string]>([
    [undefined, 'body'],
    ['text', 'body'],
    [[], 'body'],
    [null, 'body'],
    [{ limit: 0 }, 'limit'],
    [{ limit: '5' }, 'limit'],
    [{ userId: 7 }, 'userId'],
    [{ userId: null }, 'userId'],
    [{ context: { device: 1 } }, 'context'],
    [{ context: [] }, 'context'],
    [{ explain: 'yes' }, 'explain'],
    [{ user_id: 'ann' }, 'user_id'],
    [{ rules: 'item.price < 5' }, 'rules'],
    [{ rules: { requires: '' } }, 'rules.requires'],
    [{ rules: { pins: 'a' } }, 'rules.pins'],
    [{ rules: { pins: ['a', 1] } }, 'rules.pins'],
    [{ rules: { boosts: {} } }, 'rules.boosts'],
    [
      {
        rules: {
          boosts: [
            { condition: 'true', factor: 1 },
            { condition: 'true', factor: '2' },
          ],
        },
      },
      'rules.boosts[1].factor',
    ],
    [JSON.parse('{"__proto__": {"limit": 3}}'), '__proto__'],
  ])('is refused as %j, naming %s', (body, field) => {
    const read = (): unknown => recommendQuery(body)
    expect(read).toThrow(InvalidFieldError)
    expect(read).toThrow(expect.objectContaining({ facts: expect.objectContaining({ field }) }))
  })
})
