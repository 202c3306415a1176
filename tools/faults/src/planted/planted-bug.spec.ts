import { type PlantedBug, plantInto } from './planted-bug'

const bug: PlantedBug = { name: 'off by one', file: 'a.ts', right: 'i < n', wrong: 'i <= n // $&', spec: 'a.spec.ts', test: 'counts' }

describe('plantInto', () => {
  it('puts the wrong text in the place of the right one, as it is written', () => {
    expect(plantInto('for (; i < n; i++)', bug)).toBe('for (; i <= n // $&; i++)')
  })

  it.each([
    ['is gone', 'for (; i < max; i++)', 'not 0 times'],
    ['stands there twice', 'i < n || i < n', 'not 2 times'],
  ])('refuses a list that is behind the code: the right text %s', (_, text, reason) => {
    expect(() => plantInto(text, bug)).toThrow(`the right text of 'off by one' stands in a.ts once, ${reason}`)
  })
})
