/** A copy whose secrets are hidden, fit to be printed: by the name of their key, and credentials in addresses. */
export function withoutSecrets(value: unknown, key = ''): unknown {
  if (SECRET.test(key) && value !== undefined && value !== '') return '[hidden]'
  if (Array.isArray(value)) return value.map((element) => withoutSecrets(element))
  if (typeof value === 'string') return value.replace(CREDENTIALS, '$1[hidden]@')
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner, name)]))
}

const CREDENTIALS = /^([a-z+]+:\/{0,2})?.*@/s // whatever stands before the last @, however ill-formed the rest is
const SECRET = /(key|secret|password|token|credentials?)s?$/i
