import { tlsRemedyOf } from './tls-failures'

const failed = (code: string): Error => Object.assign(new Error('the connection failed'), { code })

describe('a TLS connection that was not made', () => {
  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'trust the authority'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'name a PEM file of it as caFile'],
    ['CERT_HAS_EXPIRED', 'renew its certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'use an address that its certificate names'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'it asks for a certificate'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'it speaks no TLS there'],
  ])('says what to do about %s', (code, remedy) => {
    expect(tlsRemedyOf(failed(code))).toContain(remedy)
  })

  it.each([failed('ECONNREFUSED'), failed('constructor'), new Error('anything'), 'text', undefined, null])(
    'knows nothing of %s',
    (failure) => {
      expect(tlsRemedyOf(failure)).toBeUndefined()
    },
  )
})
