import { InvalidFieldError } from '@freshet/kernel'
import { compileCondition, type ItemFacts } from './condition'

const item: ItemFacts = {
  id: 'b-7',
  item: new Map<string, unknown>([
    ['price', 12.5],
    ['stock', 3],
    ['genre', 'drama'],
    ['tags', ['new', 'sale']],
    ['used', false],
  ]),
}

describe('a condition', () => {
  it.each([
    ['item.price < 20', true],
    ['item.price < 12.5', false],
    ['item.stock == 3', true],
    ['item.genre in ["drama", "comedy"]', true],
    ['"sale" in item.tags', true],
    ['item.tags.exists(t, t.startsWith("sa"))', true],
    ['item.tags.all(t, size(t) > 3)', false],
    ['!item.used && id.startsWith("b-")', true],
    ['has(item.brand) && item.brand == "x"', false],
    ['item["genre"] == "drama"', true],
    ['id == "b-7" ? item.stock > 2 : false', true],
    ['item.genre.lowerAscii().contains("ram")', true],
  ])('evaluates %s to %s', (text, expected) => {
    expect(compileCondition('rules.require', text)(item)).toBe(expected)
  })

  it.each([
    ['item.brand == "x"'],
    ['item.genre > 3'],
    ['item.price + "a" == "b"'],
    ['item.used == 1'],
    ['item.constructor == 1'],
    ['item.__proto__ == 1'],
  ])('does not hold where %s cannot be said of the item', (text) => {
    expect(compileCondition('rules.require', text)(item)).toBe(false)
  })

  it.each([
    ['item.price <', 'Unexpected token: EOF at character 13'],
    ['price < 20', 'Unknown variable: price at character 1'],
    ['"open', 'Unterminated string at character 1'],
    ['item.price + 1', 'yields'],
    ['1', 'it yields int, not bool'],
    ['id', 'it yields string, not bool'],
    ['item.genre.matches("(a+)+$")', "'matches' is none of"],
    ['cel.bind(x, id + id, x == x)', "'bind' is none of"],
    ['item.tags.map(t, t) == item.tags', "'map' is none of"],
    ['item.tags.exists(a, item.tags.exists(b, a == b))', "'exists' stands inside another loop at character 21"],
    [`${'('.repeat(30)}true${')'.repeat(30)}`, 'Exceeded maxDepth'],
    [`id in [${new Array(101).fill('"a"').join(',')}]`, 'Exceeded maxListElements'],
    [`id == "${'x'.repeat(1000)}"`, 'at most 1000 characters'],
    ['{"a": 1} == item', 'Exceeded maxMapEntries'],
  ])('refuses %s', (text, reason) => {
    if (reason === 'yields') return expect(compileCondition('rules.require', `(${text}) == 1`)(item)).toBe(false)
    const compile = (): unknown => compileCondition('rules.require', text)
    expect(compile).toThrow(InvalidFieldError)
    expect(compile).toThrow(reason)
    return expect(compile).toThrow(/^rules\.require is /)
  })

  it('leaves stack traces as they were', () => {
    const before = Error.stackTraceLimit
    compileCondition('rules.require', 'item.brand == "x"')(item)
    expect(Error.stackTraceLimit).toBe(before)
  })
})
