import { withoutSecrets } from './redact'

it('hides the credentials of an address, and keeps where it leads', () => {
  expect(
    withoutSecrets({ store: 'redis://shop:p%40ss@db:6379/1', log: 'kafka://u:a@b@k1:9092,k2:9092', plain: 'kafka://k1:9092' }),
  ).toEqual({
    store: 'redis://[hidden]@db:6379/1',
    log: 'kafka://[hidden]@k1:9092,k2:9092',
    plain: 'kafka://k1:9092',
  })
})

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
