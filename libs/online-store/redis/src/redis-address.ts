import { InvalidFieldError } from '@freshet/kernel'

/** Where a Redis is, taken apart. */
export interface RedisAddress {
  readonly isCluster: boolean
  readonly isTls: boolean
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly username?: string
  readonly password?: string
  /** The numbered database of a single server. */
  readonly database: number
  /** As people may read it: without credentials. */
  readonly text: string
}

/**
 * Takes the address of a Redis apart:
 *
 * `redis://[[user]:password@]host[:port][/database]` for one server, `redis+cluster://[[user]:password@]host[:port],host[:port]…` for a
 * cluster, of which a few nodes are enough; `rediss://` and `rediss+cluster://` speak TLS. What of user and password is special in an
 * address is percent-encoded.
 *
 * throws  InvalidFieldError, which repeats no credentials
 */
export function parseRedisAddress(address: string): RedisAddress {
  const parts = ADDRESS.exec(address)?.groups
  if (!parts)
    throw refusal(address, 'it has the form redis://[user:password@]host[:port][/database] or redis+cluster://host:port,host:port')
  const isCluster = parts.cluster !== undefined
  const scheme = `redis${parts.tls ?? ''}${parts.cluster ?? ''}`
  const nodes = parts.hosts.split(',').map((host) => nodeOf(host, address))
  if (!isCluster && nodes.length > 1) throw refusal(address, 'one server has one host; several are a cluster, redis+cluster://')
  if (isCluster && parts.database !== undefined) throw refusal(address, 'a cluster has no numbered databases')
  return {
    isCluster,
    isTls: parts.tls !== undefined,
    nodes,
    ...credentialsOf(parts.credentials, address),
    database: Number(parts.database ?? 0),
    text: `${scheme}://${nodes.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')}`,
  }
}

const ADDRESS = /^redis(?<tls>s)?(?<cluster>\+cluster)?:\/\/(?:(?<credentials>[^@/]*)@)?(?<hosts>[^@/?#]+)(?:\/(?<database>\d{1,4})?)?$/
const NODE = /^(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<name>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/
const PORT = 6379
const PORT_MAX = 65_535

function nodeOf(text: string, address: string): { readonly host: string; readonly port: number } {
  const parts = NODE.exec(text)?.groups
  const host = parts?.six ?? parts?.name
  const port = Number(parts?.port ?? PORT)
  if (host === undefined || port < 1 || port > PORT_MAX) throw refusal(address, `'${text}' is no host, or host:port`)
  return { host, port }
}

function credentialsOf(text: string | undefined, address: string): Pick<RedisAddress, 'username' | 'password'> {
  if (text === undefined) return {}
  const colon = text.indexOf(':')
  if (colon < 0) throw refusal(address, 'credentials are user:password or :password')
  const [username, password] = [text.slice(0, colon), text.slice(colon + 1)].map((part) => decoded(part, address))
  return username === '' ? { password } : { username, password }
}

function decoded(part: string, address: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw refusal(address, 'what is special in user and password is percent-encoded')
  }
}

const refusal = (address: string, rule: string): InvalidFieldError =>
  new InvalidFieldError({ field: 'store', value: withoutCredentials(address), rule, remedy: 'correct the address' })

/** Anything before the last @ may be a secret, however ill-formed the rest is. */
const withoutCredentials = (address: string): string => address.replace(/^(redis[s+a-z]*:\/\/)?.*@/s, '$1***@')
