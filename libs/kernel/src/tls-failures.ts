/**
 * What to do where a TLS connection was not made because the other side was not trusted, or spoke no TLS; undefined for every other failure.
 *
 * Trying again changes nothing of these.
 *
 * source  Node.js, TLS (SSL), "X509 certificate error codes"; OpenSSL's reasons
 */
export function tlsRemedyOf(failure: unknown): string | undefined {
  const code = typeof failure === 'object' && failure !== null && 'code' in failure ? String(failure.code) : ''
  return Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined
}

const TRUST = 'trust the authority that signed its certificate: name a PEM file of it as caFile'
const DATES = 'renew its certificate, or set the clock of this machine'
const OWN = 'it asks for a certificate: show one of an authority that it trusts'
const NAME = 'use an address that its certificate names, or have one made for this address'

const REMEDIES: Readonly<Record<string, string | undefined>> = {
  UNABLE_TO_GET_ISSUER_CERT: TRUST,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TRUST,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
  SELF_SIGNED_CERT_IN_CHAIN: TRUST,
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  CERT_SIGNATURE_FAILURE: TRUST,
  CERT_UNTRUSTED: TRUST,
  CERT_REJECTED: TRUST,
  INVALID_CA: TRUST,
  CERT_NOT_YET_VALID: DATES,
  CERT_HAS_EXPIRED: DATES,
  HOSTNAME_MISMATCH: NAME,
  ERR_TLS_CERT_ALTNAME_INVALID: NAME,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: OWN,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: OWN, // what Java says where it is shown none
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: OWN,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: OWN,
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks no TLS there: give the port where it does, or connect without TLS',
}
