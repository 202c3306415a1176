import { freePorts } from './free-ports'
import { type KafkaBroker, startKafkaBroker } from './kafka-broker'

/** Kafka brokers that elect leaders among themselves, each a process of its own. */
export interface KafkaCluster extends AsyncDisposable {
  readonly brokers: readonly KafkaBroker[]
  /** `host:port` of each, for clients. */
  readonly addresses: readonly string[]
}

const LOST_AFTER_MS = 3000 // a follower that is away so long is no longer waited for, instead of half a minute

/**
 * Starts a cluster of so many brokers on the loopback, three unless told otherwise, and waits until all listen.
 *
 * `await using cluster = await startKafkaCluster()`, then `brokers: cluster.addresses`
 *
 * cost    some 300 MB of memory for each
 * throws  as startKafkaBroker does
 */
export async function startKafkaCluster({ brokers: count = 3 }: { readonly brokers?: number } = {}): Promise<KafkaCluster> {
  const ports = await freePorts(2 * count)
  const controllerPorts = ports.slice(count)
  const started = await Promise.allSettled(
    controllerPorts.map((_, node) =>
      startKafkaBroker({
        port: ports[node],
        seat: { node, controllerPorts },
        settings: { 'replica.lag.time.max.ms': String(LOST_AFTER_MS), 'controlled.shutdown.enable': 'false' },
      }),
    ),
  )
  const brokers = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const end = async (): Promise<void> => void (await Promise.all(brokers.map((broker) => broker[Symbol.asyncDispose]())))
  const failed = started.find((each) => each.status === 'rejected')
  if (failed) {
    await end()
    throw failed.reason
  }
  return { brokers, addresses: brokers.map(({ address }) => address), [Symbol.asyncDispose]: end }
}
