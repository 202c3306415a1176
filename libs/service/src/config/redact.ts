/** A copy whose secrets are hidden, fit to be printed. */
export function withoutSecrets(value: unknown, key = ''): unknown {
  if (SECRET.test(key) && value !== undefined && value !== '') return '[hidden]'
  if (Array.isArray(value)) return value.map((element) => withoutSecrets(element))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner, name)]))
}

const SECRET = /(key|secret|password|token|credentials?)s?$/i
