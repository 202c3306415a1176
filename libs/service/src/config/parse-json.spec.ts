import { parseJson } from './parse-json'

describe('a text that may be JSON', () => {
  it('is what it means', () => expect(parseJson('{"schema": 1, "of": [null]}')).toEqual({ schema: 1, of: [null] }))

  it.each(['', '{', 'undefined', '{"schema": 1}}'])('means nothing where it is none: %p', (text) => expect(parseJson(text)).toBeUndefined())
})
