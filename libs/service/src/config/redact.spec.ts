import { withoutSecrets } from './redact'

it('hides secrets by the name of their key, at any depth, and nothing else', () => {
  const config = {
    name: 'shop',
    dictionary: 'generic',
    kafka: { password: 'p', sasl: [{ apiKey: 'k', user: 'u' }], accessToken: '', tokens: null },
  }
  expect(withoutSecrets(config)).toEqual({
    name: 'shop',
    dictionary: 'generic',
    kafka: { password: '[hidden]', sasl: [{ apiKey: '[hidden]', user: 'u' }], accessToken: '', tokens: '[hidden]' },
  })
})
