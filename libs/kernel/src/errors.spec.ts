import fc from 'fast-check'
import { CorruptError, InvalidFieldError, isFreshetError, NotFoundError, PreconditionError, UnavailableError, valueText } from './errors'

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

  it('cuts a value after eighty characters, and none of them in two', () => {
    const [bare, cut] = ['x'.repeat(78), 'x'.repeat(79)].map((value) => refusal(value))
    expect(bare).toBe(`rules is '${'x'.repeat(78)}', but it is a list; send a list`)
    expect(cut).toBe(`rules is '${'x'.repeat(79)}…, but it is a list; send a list`)
    expect(refusal(`${'x'.repeat(78)}🛒`)).toBe(`rules is '${'x'.repeat(78)}…, but it is a list; send a list`)
    expect(refusal(`${'x'.repeat(77)}🛒 and more`)).toContain(`${'x'.repeat(77)}🛒…`)
  })

  it('writes out what would break its line or steer a terminal', () => {
    expect(refusal('a\nb\u001b[2J')).toBe("rules is 'a\\u000ab\\u001b[2J', but it is a list; send a list")
    expect(refusal('a\u2028b\u009b\t')).toContain("'a\\u2028b\\u009b\\u0009'")
  })

  it('is one line whatever the value is', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const text = refusal(value)
        expect(text).toMatch(/^rules is [^\p{Cc}\u2028\u2029]*, but it is a list; send a list$/u)
        expect(text.length).toBeLessThan(600)
      }),
    )
  })

  it('keeps the facts as they were given', () => {
    const facts = { field: 'limit', value: 'a\nb', rule: 'r', remedy: 'm' }
    expect(new InvalidFieldError(facts).facts).toBe(facts)
  })
})

describe('an operating error', () => {
  it.each([
    [new NotFoundError('item', 'x\ny', 'upsert it'), 'NOT_FOUND', false, "item 'x\\u000ay' does not exist; upsert it"],
    [new PreconditionError('it is closed', 'open it'), 'PRECONDITION', false, 'it is closed; open it'],
    [new CorruptError('a.bin', 'it is short', 'restore it'), 'CORRUPT', false, 'a.bin: it is short; restore it'],
    [new UnavailableError('the log', 'ask again'), 'UNAVAILABLE', true, 'the log is not available; ask again'],
  ])('says what is wrong, what to do, and whether it may pass: %s', (error, code, retryable, message) => {
    expect(error).toMatchObject({ code, retryable, message })
    expect(String(error)).toBe(`${error.constructor.name}: ${message}`)
    expect(isFreshetError(error)).toBe(true)
  })

  it('is told from what merely looks like one', () => {
    for (const other of [new TypeError('x'), { code: 'NOT_FOUND', message: 'm', retryable: false }, 'NOT_FOUND', null, undefined])
      expect(isFreshetError(other)).toBe(false)
  })
})
