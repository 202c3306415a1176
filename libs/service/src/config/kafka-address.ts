/** Why an address is no list of brokers, and what to do about it; neither repeats the address, which may hold a password. */
export interface AddressFault {
  readonly rule: string
  readonly remedy: string
}

/**
 * The brokers of `kafka://host[:port],host[:port]…`, each as `host:port`; the usual port where none is given. Some of a cluster's are enough, the
 * others are found through them.
 */
export function brokersOf(address: string): readonly string[] | AddressFault {
  const rest = address.slice(SCHEME.length).replace(/\/$/, '')
  if (rest.includes('@')) return CREDENTIALS
  const brokers = rest.split(',').map(brokerOf)
  const wrong = brokers.findIndex((broker) => broker === undefined)
  if (wrong < 0) return brokers as string[]
  return { rule: `its broker ${wrong + 1} of ${brokers.length} must be ${BROKER_RULE}`, remedy: REMEDY }
}

const SCHEME = 'kafka://'
const PORT = 9092
const PORT_MAX = 65_535
const BROKER = /^(?<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(?<port>\d{1,5}))?$/
const BROKER_RULE = `a host, or host:port with a port of 1 to ${PORT_MAX}`
const REMEDY = 'name the brokers as kafka://host:port,host:port, without spaces or a path'
const CREDENTIALS: AddressFault = {
  rule: 'it must hold neither user nor password, which logs and health would repeat',
  remedy: 'name them by kafka.username, kafka.password and kafka.saslMechanism (in the environment: FRESHET_KAFKA_PASSWORD)',
}

function brokerOf(text: string): string | undefined {
  const { host, port = PORT } = BROKER.exec(text)?.groups ?? {}
  return host !== undefined && Number(port) >= 1 && Number(port) <= PORT_MAX ? `${host}:${Number(port)}` : undefined
}
