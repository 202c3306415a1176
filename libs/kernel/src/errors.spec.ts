import { InvalidFieldError, valueText } from './errors'

const refusal = (value: unknown) => new InvalidFieldError({ field: 'rules', value, rule: 'it is a list', remedy: 'send a list' }).message

describe('the error of a field', () => {
  it('names field, value, rule and remedy in one sentence', () => {
    expect(refusal('x')).toBe("rules is 'x', but it is a list; send a list")
    expect(refusal(undefined)).toBe('rules is undefined, but it is a list; send a list')
    expect(refusal(NaN)).toBe('rules is NaN, but it is a list; send a list')
  })

  it('shows what an object holds, cyclic or of big integers, and keeps to one line', () => {
    expect(refusal({ require: 'a' })).toBe("rules is { require: 'a' }, but it is a list; send a list")
    expect(valueText([1, 2n, { a: 'x' }])).toBe("1,2,{ a: 'x' }")
    expect(valueText(JSON.parse('['.repeat(5000) + ']'.repeat(5000)))).toBe('[ [ [ [Array] ] ] ]')
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    expect(valueText(cyclic)).toContain('[Circular')
    const long = refusal({ a: 'x'.repeat(1000), b: ['y'.repeat(1000)] })
    expect(long).not.toContain('\n')
    expect(long.length).toBeLessThan(200)
  })
})
