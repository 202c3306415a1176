import { readSeeds } from './seeds'

describe('readSeeds', () => {
  it('takes one seed, or both ends of a range', () => {
    expect(readSeeds('7')).toEqual([7])
    expect(readSeeds('3..5')).toEqual([3, 4, 5])
  })

  it.each(['', 'all', '5..3', '1-4', '-1'])('refuses %j by name, with a remedy', (text) => {
    expect(() => readSeeds(text)).toThrow(/seeds is .*, but seeds are a\.\.b with a ≤ b; ask for 1\.\.25/)
  })
})
