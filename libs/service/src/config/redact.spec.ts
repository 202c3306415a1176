import fc from 'fast-check'
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

it('lets no part of a secret through, however an address or a tree is made', () => {
  const scheme = fc.constantFrom('', 'kafka://', 'redis:', 'rediss+cluster:///', 'REDIS://', 'http://x/')
  const user = fc.string({ unit: 'grapheme', maxLength: 5 })
  fc.assert(
    fc.property(scheme, user, fc.string({ maxLength: 5 }), (before, name, after) => {
      const address = `${before}${name}:geheim@${after}`
      expect(JSON.stringify(withoutSecrets({ log: [address], inner: { address } }))).not.toContain('geheim')
    }),
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(withoutSecrets({ password: value })).toEqual({ password: value === '' ? '' : '[hidden]' })
    }),
  )
})

it('changes nothing that holds no secret, and shares none of it', () => {
  const tree = { a: [1, null, { b: 'text' }], c: true, d: undefined }
  const shown = withoutSecrets(tree)
  expect(shown).toEqual(tree)
  expect(shown).not.toBe(tree)
})
