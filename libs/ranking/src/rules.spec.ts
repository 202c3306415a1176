import type { ItemFacts } from './condition'
import { compileRules, type RulesQuery } from './rules'

const facts = (price: number): ItemFacts => ({ id: `p${price}`, item: new Map([['price', price]]) })
const rules = (fields: Partial<RulesQuery>): ReturnType<typeof compileRules> =>
  compileRules({ require: '', exclude: '', boosts: [], pins: [], ...fields })

describe('rules', () => {
  it('keep everything where nothing is asked', () => {
    for (const none of [compileRules(undefined), rules({})]) {
      expect(none).toMatchObject({ filters: false, boosts: false })
      expect([none.keeps(facts(1)), none.boost(facts(1))]).toEqual([true, 1])
    }
  })

  it('keep what is required and not excluded', () => {
    const both = rules({ require: 'item.price > 1', exclude: 'item.price > 5' })
    expect([1, 2, 5, 6].map((price) => both.keeps(facts(price)))).toEqual([false, true, true, false])
    expect(both.filters).toBe(true)
  })

  it('keep an item of which the exclusion cannot be said, and drop one of which the requirement cannot', () => {
    expect(rules({ exclude: 'item.brand == "x"' }).keeps(facts(1))).toBe(true)
    expect(rules({ require: 'item.brand == "x"' }).keeps(facts(1))).toBe(false)
  })

  it('multiply the factors of all boosts that hold', () => {
    const boosts = [
      { condition: 'item.price > 1', factor: 2 },
      { condition: 'item.price > 2', factor: 0.25 },
    ]
    expect([1, 2, 3].map((price) => rules({ boosts }).boost(facts(price)))).toEqual([1, 2, 0.5])
  })

  it.each([[0], [-1], [100.5], [NaN], [Infinity]])('refuse a factor of %p, naming the boost', (factor) => {
    expect(() => rules({ boosts: [{ condition: 'true', factor }] })).toThrow('rules.boosts[0].factor')
  })

  it('name the expression that does not parse', () => {
    expect(() =>
      rules({
        boosts: [
          { condition: 'true', factor: 1 },
          { condition: 'item.', factor: 1 },
        ],
      }),
    ).toThrow('rules.boosts[1].condition')
    expect(() => rules({ exclude: '&&' })).toThrow('rules.exclude')
  })

  it('refuse more boosts or pins than can be looked at', () => {
    expect(() => rules({ boosts: new Array(21).fill({ condition: 'true', factor: 1 }) })).toThrow('rules.boosts is ')
    expect(() => rules({ pins: new Array(101).fill('a') })).toThrow('at most 100')
  })
})
