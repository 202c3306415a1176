import type { Broker, Cluster, CompressionTypes, Kafka, Message } from 'kafkajs'
import { systemClock, UnavailableError } from '@freshet/kernel'
import { Departures, type Sending } from './departures'
import { failureOf } from './failures'
import { fetchRequest } from './fetch-request'
import { produceRequest } from './produce-request'
import type { WireRequest } from './wire'

/** A partition by the name that the brokers know. */
export interface Place {
  readonly topic: string
  readonly partition: number
}

/** Who sends a batch, so that the broker recognises one that it has. */
export interface Producer {
  readonly producerId: string
  readonly producerEpoch: number
}

/** What a broker is to append: at once, or not at all. */
export interface Batch extends Producer {
  readonly firstSequence: number
  readonly messages: Message[]
  readonly compression: CompressionTypes
  /** How long the replicas may take. */
  readonly timeoutMs: number
}

/** One message of a partition. */
export interface FetchedMessage {
  readonly offset: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, Buffer | undefined>>
  readonly isControlRecord: boolean
}

/** What a partition answered: whole batches, so perhaps from before the offset that was asked for. */
export interface Fetched extends Place {
  readonly messages: readonly FetchedMessage[]
  /** Everything below is durable. */
  readonly highWatermark: number
}

/** From where a partition is to be fetched. */
export interface FetchFrom extends Place {
  readonly from: number
}

/** Bounds of one fetch. */
export interface FetchBounds {
  /** How long the broker may wait for something to come. */
  readonly maxWaitMs: number
  readonly bytesMax: number
}

/** What kafkajs's brokers do beyond what its types say; public methods all. */
interface FullBroker extends Broker {
  readonly connectionPool: { send<T>(request: WireRequest<T>): Promise<T> }
  disconnect(): Promise<void>
  initProducerId(request: { readonly transactionTimeout: number }): Promise<Producer>
  deleteRecords(request: { readonly topics: readonly object[] }): Promise<unknown>
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>
}

/**
 * Requests to the leaders of partitions, over connections of this link alone: one for fetches, one for all else, per broker.
 *
 * kafkajs offers its typed `Cluster` and `Broker` to partition assigners; that is where this one comes from (docs/adr/0011).
 */
export class Link {
  readonly cluster: Cluster
  private readonly topics = new Set<string>()
  /** By broker. */
  private readonly departures = new Map<string, Departures>()

  constructor(kafka: Kafka) {
    this.cluster = clusterOf(kafka)
  }

  /** Appends a batch, in one request with what others send to the same broker; the offset of its first message. */
  async produce(sending: Sending): Promise<number> {
    const node = await this.nodeOf(sending.place)
    const departures =
      this.departures.get(node) ?? new Departures((sendings) => this.ask(node, produceRequest(sendings, systemClock.nowMs())))
    this.departures.set(node, departures)
    return departures.leave(sending)
  }

  /** Fetches from partitions that one broker leads. */
  async fetch(node: string, wanted: readonly FetchFrom[], bounds: FetchBounds): Promise<Fetched[]> {
    return this.ask(node, fetchRequest(wanted, bounds))
  }

  /** The broker that leads a partition, by its number. Throws UnavailableError while it has none. */
  async nodeOf({ topic, partition }: Place): Promise<string> {
    await this.know(topic)
    const [node] = Object.keys(this.cluster.findLeaderForPartitions(topic, [partition]))
    if (node === undefined || node === '-1')
      throw new UnavailableError(`a leader of ${topic}/${partition}`, 'wait until the brokers chose one')
    return node
  }

  /** A name under which the brokers recognise repeated batches. */
  async introduce(): Promise<Producer> {
    await this.cluster.connect()
    await this.cluster.refreshMetadataIfNecessary()
    const [node] = this.cluster.getNodeIds()
    const broker = await this.cluster.findBroker({ nodeId: String(node) })
    return asFull(broker).initProducerId({ transactionTimeout: TRANSACTION_MS })
  }

  /** Retires what lies below `below`. */
  async retire({ topic, partition }: Place, below: number): Promise<void> {
    try {
      const broker = await this.leader({ topic, partition })
      await asFull(broker).deleteRecords({ topics: [{ topic, partitions: [{ partition, offset: String(below) }] }] })
    } catch (error) {
      await this.refresh().catch(() => {}) // the next try says what is wrong
      throw error
    }
  }

  /** Ends another member's place in a group. */
  async expel(groupId: string, memberId: string): Promise<void> {
    const coordinator = await this.cluster.findGroupCoordinator({ groupId })
    await asFull(coordinator).leaveGroup({ groupId, memberId })
  }

  /** Asks anew who leads what: after a failure, what is known may be old. */
  async refresh(): Promise<void> {
    await this.cluster.connect()
    await this.cluster.refreshMetadata()
  }

  /** Connects, and learns who leads the topic's partitions. */
  async know(topic: string): Promise<void> {
    if (!this.cluster.isConnected()) await this.cluster.connect()
    if (this.topics.has(topic)) return
    await this.cluster.addMultipleTargetTopics([topic])
    this.topics.add(topic)
  }

  async close(): Promise<void> {
    await this.cluster.disconnect()
  }

  private async ask<T>(node: string, request: WireRequest<T>): Promise<T> {
    const broker = asFull(await this.cluster.findBroker({ nodeId: node }))
    try {
      return await broker.connectionPool.send(request)
    } catch (error) {
      if (failureOf(error).name === 'KafkaJSConnectionClosedError') await broker.disconnect() // as kafkajs does: else it counts as connected
      throw error
    }
  }

  private async leader(place: Place): Promise<Broker> {
    return this.cluster.findBroker({ nodeId: await this.nodeOf(place) })
  }
}

const TRANSACTION_MS = 30_000 // of no consequence without transactions, but asked for

function clusterOf(kafka: Kafka): Cluster {
  const found: Cluster[] = []
  kafka.consumer({
    groupId: 'freshet', // never joined
    allowAutoTopicCreation: false,
    readUncommitted: true,
    partitionAssigners: [
      ({ cluster }) => {
        found.push(cluster)
        return { name: 'none', version: 0, assign: async () => [], protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }) }
      },
    ],
  })
  return found[0]
}

const asFull = (broker: Broker): FullBroker => broker as FullBroker
