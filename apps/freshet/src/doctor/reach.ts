import { connect } from 'node:net'
import type { Finding } from './finding'

/** An engine beside the process, and the places at which it is to answer. */
export interface Engine {
  /** Such as `event log`. */
  readonly check: string
  /** Such as kafka://host:port,host:port. */
  readonly address: string
}

const CONNECT_MS = 3000
/** By scheme: where a server listens that names no port. */
const PORTS: Readonly<Record<string, number>> = { kafka: 9092, redis: 6379, rediss: 6379 }

/** Whether each place of an engine takes connections; what is said there (TLS, passwords) shows when it is opened. */
export async function reachFinding({ check, address }: Engine): Promise<Finding> {
  if (address === 'embedded') return { check, state: 'good', says: 'embedded: in the data folder' }
  const places = placesOf(address)
  const failures = await Promise.all(places.map(async (place) => ({ place, reason: await refusal(place) })))
  const away = failures.filter(({ reason }) => reason !== undefined)
  if (away.length === 0)
    return { check, state: 'good', says: `${places.map(spell).join(', ')} ${places.length > 1 ? 'take' : 'takes'} connections` }
  const says = away.map(({ place, reason }) => `${spell(place)} is not reached (${reason})`).join(', ')
  const remedy = 'start it, or correct its address: see Kafka and Redis in docs/OPERATING.md'
  return { check, state: away.length === places.length ? 'wrong' : 'odd', says, remedy }
}

interface Place {
  readonly host: string
  readonly port: number
}

/** The places of an address, without the user and the password that it may hold. */
export function placesOf(address: string): Place[] {
  const [scheme, rest] = address.split('://', 2)
  const hosts = rest.split('/')[0].replace(/^.*@/, '')
  return hosts.split(',').map((text) => {
    const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? []
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? PORTS[scheme.replace('+cluster', '')]) }
  })
}

/** Why a place takes no connection; undefined where it does. */
function refusal({ host, port }: Place): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS })
    const end = (reason?: string): void => {
      socket.destroy()
      resolve(reason)
    }
    socket.once('connect', () => end())
    socket.once('timeout', () => end(`no answer in ${CONNECT_MS / 1000} s`))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
}

const spell = ({ host, port }: Place): string => `${host}:${port}`
