import { schemeOf } from './engine-scheme'

describe('the engine that an address names', () => {
  it.each([
    ['embedded', 'embedded'],
    ['kafka://broker-1:9092,broker-2:9092', 'kafka'],
    ['rediss+cluster://user:p%3A//ss@cache:6379', 'rediss+cluster'],
  ])('of %s is %s, without a word of the rest', (address, engine) => expect(schemeOf(address)).toBe(engine))
})
