import { join } from 'node:path'
import type { KafkaBrokerOptions } from './kafka-broker'

/** How users prove who they are; the brokers keep those of SCRAM with their metadata, from when these are formatted. */
export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

/** PEM files of a broker. */
export interface BrokerTls {
  /** Its private key, unencrypted PKCS #8, and its certificate, in one file. */
  readonly keyStore: string
  /** The authority that signed the certificates of all brokers, and of clients where those must have one. */
  readonly authority: string
  /** Whether clients must show a certificate of that authority. */
  readonly asksClients?: boolean
}

/** Which node of a quorum a broker is. */
export interface QuorumSeat {
  /** From 0. */
  readonly node: number
  /** Where the nodes speak to each other as controllers. */
  readonly controllerPorts: readonly number[]
}

/** How a broker is started, and where. */
interface Placement extends KafkaBrokerOptions {
  readonly port: number
  readonly seat: QuorumSeat
  readonly directory: string
}

/** A node that is broker and controller, and notices within seconds that its former self was killed. */
export function propertiesOf({
  port,
  advertisedPort = port,
  seat,
  directory,
  users,
  mechanisms,
  tls,
  settings = {},
}: Placement): Record<string, string> {
  const { node, controllerPorts } = seat
  const protocol = `${users ? 'SASL_' : ''}${tls ? 'SSL' : 'PLAINTEXT'}`
  const replicas = String(controllerPorts.length)
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node + 1),
    'controller.quorum.voters': controllerPorts.map((each, i) => `${i + 1}@127.0.0.1:${each}`).join(','),
    listeners: `CLIENTS://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPorts[node]}`,
    'advertised.listeners': `CLIENTS://127.0.0.1:${advertisedPort}`,
    'listener.security.protocol.map': `CLIENTS:${protocol},CONTROLLER:PLAINTEXT`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENTS',
    'log.dirs': join(directory, 'data'),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': '1',
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    'log.cleaner.dedupe.buffer.size': String(8 << 20), // by default half of our heap, which then sometimes does not suffice to start
    'broker.session.timeout.ms': '1500', // a killed broker's successor stalls for 7 s instead of 16 to 19
    'broker.heartbeat.interval.ms': '300',
    ...(users ? saslPropertiesOf(users, mechanisms) : {}),
    ...(tls ? tlsPropertiesOf(tls) : {}),
    ...settings,
  }
}

/** As a file of properties. */
export const linesOf = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

function saslPropertiesOf(users: Readonly<Record<string, string>>, mechanisms = MECHANISMS): Record<string, string> {
  const names = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`)
  const own = `username="${BROKER}" password="${BROKER}"`
  const modules = {
    PLAIN: `org.apache.kafka.common.security.plain.PlainLoginModule required ${own} user_${BROKER}="${BROKER}" ${names.join(' ')};`,
    'SCRAM-SHA-256': `org.apache.kafka.common.security.scram.ScramLoginModule required ${own};`,
    'SCRAM-SHA-512': `org.apache.kafka.common.security.scram.ScramLoginModule required ${own};`,
  }
  return {
    'sasl.enabled.mechanisms': mechanisms.join(','),
    'sasl.mechanism.inter.broker.protocol': mechanisms[0],
    ...Object.fromEntries(
      mechanisms.map((mechanism) => [`listener.name.clients.${mechanism.toLowerCase()}.sasl.jaas.config`, modules[mechanism]]),
    ),
  }
}

const MECHANISMS: readonly SaslMechanism[] = ['PLAIN']
const BROKER = 'broker' // the user, and the password, with which a broker speaks to itself

const tlsPropertiesOf = ({ keyStore, authority, asksClients = false }: BrokerTls): Record<string, string> => ({
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': keyStore,
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': authority,
  'ssl.client.auth': asksClients ? 'required' : 'none',
})

/** What storage is formatted with, so that users of SCRAM, and the broker, are known from the start. */
export function scramArguments({ users, mechanisms = MECHANISMS }: Pick<KafkaBrokerOptions, 'users' | 'mechanisms'>): string[] {
  const kept = users === undefined ? [] : mechanisms.filter((mechanism) => mechanism !== 'PLAIN')
  return kept.flatMap((mechanism) =>
    Object.entries({ ...users, [BROKER]: BROKER }).flatMap(([name, password]) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  )
}
