import { ConfigurationError } from '../errors/errors'
import { configFileOf } from './arguments'

describe('the arguments of a service', () => {
  it.each([
    [[], undefined],
    [['--config', 'shop.yaml'], 'shop.yaml'],
    [['--config=shop.yaml'], 'shop.yaml'],
  ])('%j name the file %p', (args, file) => expect(configFileOf(args)).toBe(file))

  it.each([[['--config']], [['--standby']], [['--trainer.cutMs', '3']], [['shop.yaml']]])('%j are refused', (args) => {
    expect(() => configFileOf(args)).toThrow(ConfigurationError)
    expect(() => configFileOf(args)).toThrow(`the arguments is "${args.join(' ')}", but a service takes \`--config FILE\` and nothing else`)
  })
})
