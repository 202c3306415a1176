import { Command } from 'commander'
import { askingOf, limitOf, numberOf, rulesOf, withAskingOptions, type AskingOptions } from './asking'

const parse = (...args: string[]): AskingOptions => {
  const command = withAskingOptions(new Command().exitOverride().configureOutput({ writeErr: () => undefined }))
  return command.parse(args, { from: 'user' }).opts<AskingOptions>()
}

describe('options of a question', () => {
  it('mean a look without a trace when there are none', () => {
    expect(askingOf(parse())).toEqual({
      ...{ sessionId: '', surface: '', context: {}, explain: false, dryRun: true },
      rules: { require: '', exclude: '', boosts: [], pins: [] },
    })
  })

  it('gather what is repeated', () => {
    const { context, rules } = askingOf(parse('--context', 'device=phone', '--context', 'note=a=b', '--pin', 'x', '--pin', 'y'))
    expect([context, rules.pins]).toEqual([{ device: 'phone', note: 'a=b' }, ['x', 'y']])
  })

  it('take a boost’s factor after the last sign of equality, since conditions have their own', () => {
    expect(rulesOf(parse('--boost', 'a == "b"=2.5', '--boost', 'c>=1 = 0.5')).boosts).toEqual([
      { condition: 'a == "b"', factor: 2.5 },
      { condition: 'c>=1', factor: 0.5 },
    ])
  })

  it('leave it to the service to refuse a factor that is no number', () => {
    expect(rulesOf(parse('--boost', 'a=b')).boosts).toEqual([{ condition: 'a', factor: NaN }])
  })

  it.each(['--context', '--boost'])('%s is refused without a sign of equality', (option) => {
    expect(() => parse(option, 'x')).toThrow(/must hold '='/)
  })

  it.each([
    ['7', 7],
    ['1000000', 1_000_000],
  ])('a limit of %s is %i: the service knows how much it gives', (text, limit) => expect(limitOf(text)).toBe(limit))

  it.each(['x', '1.5', '', ' ', '0', '-1', '1e3', '0x10', '+7', ' 7', '7.0', '9007199254740993'])('a limit of %p is none', (text) => {
    expect(() => limitOf(text)).toThrow('it must be a whole number')
  })

  it('a number may be 0, and no less', () => {
    expect(numberOf('0')).toBe(0)
    expect(() => numberOf('-1')).toThrow('it must be a whole number of 0 or more.')
  })
})
