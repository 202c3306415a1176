import type { Consumer, GroupDescriptions, Kafka } from 'kafkajs'
import type { JoinOptions } from '@freshet/event-log'
import { UnavailableError, type Clock } from '@freshet/kernel'
import { atMost } from './at-most'
import { assignerOf, signatureOf, type Share, type Signature } from './assigner'
import { failureOf, isPassing, meaningOf } from './failures'
import type { HealthRecord } from './health'
import type { Link, Place } from './link'
import { longer, SHORTEST_MS, type Patience } from './patience'
import { PositionReports, type Position } from './position-reports'
import { processSpace } from './process-space'

/** What the members of a log share. */
export interface MembershipScope {
  readonly kafka: Kafka
  readonly link: Link
  readonly clock: Clock
  readonly patience: Patience
  readonly health: HealthRecord
  readonly sessionTimeoutMs: number
}

/** Which group is joined, by the brokers' name, and what it divides. */
export interface Seat {
  readonly groupId: string
  readonly share: Share
}

/**
 * A place in a Kafka consumer group over a topic without records: its partitions stand for those of all topics, so that the group
 * moves no data, and its members read by themselves, from where their stores say.
 */
export class KafkaMembership {
  private readonly left = new AbortController()
  private readonly reports: PositionReports
  private consumer: Consumer | undefined
  private told = 'nothing yet'

  constructor(
    private readonly scope: MembershipScope,
    private readonly seat: Seat,
    private readonly options: JoinOptions,
  ) {
    this.reports = new PositionReports((positions) => scope.patience.during(() => this.commit(positions)))
  }

  /** Takes the place; the group's answers reach `onAssigned`, now and whenever they change. While no broker answers, it tries on. */
  async enter(): Promise<void> {
    const { clock, health } = this.scope
    for (let pauseMs = SHORTEST_MS; !this.left.signal.aborted; pauseMs = longer(pauseMs)) {
      try {
        await this.strike()
        return await this.start()
      } catch (error) {
        if (!isPassing(error)) throw meaningOf(error, 'the brokers')
        health.failed(error)
        await clock.sleep(pauseMs, this.left.signal)
      }
    }
  }

  /** Resolves once the position is committed. */
  report({ topic, partition }: Place, position: number): Promise<void> {
    return this.reports.report({ topic, partition, position })
  }

  async leave(): Promise<void> {
    if (this.left.signal.aborted) return
    this.left.abort()
    if (this.consumer) await atMost(LEAVING_MS, this.scope.clock, this.consumer.disconnect()) // who cannot say good-bye is missed after the session's timeout
  }

  /** Ends the places of those who left without a word, where their processes were of this machine; of others only their silence tells. */
  private async strike(): Promise<void> {
    const { link } = this.scope
    const { groupId } = this.seat
    await link.refresh()
    const coordinator = await link.cluster.findGroupCoordinator({ groupId })
    const { groups } = (await coordinator.describeGroups({ groupIds: [groupId] })) as GroupDescriptions
    const gone = groups.flatMap(({ members }) => members.filter((member) => isGone(signatureOf(member))))
    for (const { memberId } of gone) await link.expel(groupId, memberId)
  }

  private async start(): Promise<void> {
    const { kafka, sessionTimeoutMs } = this.scope
    const { groupId, share } = this.seat
    const heartbeatMs = Math.min(HEARTBEAT_MS_MAX, Math.floor(sessionTimeoutMs / 5))
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: REBALANCE_MS,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: heartbeatMs, // heartbeats go between fetches
      allowAutoTopicCreation: false,
      partitionAssigners: [assignerOf(share, { member: this.options.member, host: processSpace(), pid: process.pid })],
      retry: RETRY,
    })
    this.consumer = consumer
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.tell(payload.memberAssignment[share.topic] ?? []))
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.scope.health.failed(payload.error)
      if (!payload.restart) void this.again(consumer)
    })
    try {
      await consumer.connect()
      await consumer.subscribe({ topic: share.topic })
      await consumer.run({ eachMessage: async () => {}, autoCommit: false })
    } catch (error) {
      this.consumer = undefined
      await consumer.disconnect().catch(() => {})
      throw error
    }
  }

  /** What kafkajs gave up for good is tried anew all the same: rights are granted, brokers return. */
  private async again(crashed: Consumer): Promise<void> {
    if (crashed !== this.consumer) return
    while (!this.left.signal.aborted) {
      await this.scope.clock.sleep(PAUSE_AFTER_CRASH_MS, this.left.signal)
      try {
        return await this.enter()
      } catch (error) {
        this.scope.health.failed(error)
      }
    }
  }

  private tell(partitions: readonly number[]): void {
    const share = [...partitions].sort((a, b) => a - b)
    if (this.left.signal.aborted || share.join() === this.told) return
    this.told = share.join()
    this.options.onAssigned(share)
  }

  /** Commits; also on behalf of partitions that another has by now, since positions only display lag. Who has left displays none. */
  private async commit(positions: readonly Position[]): Promise<void> {
    if (this.left.signal.aborted) return
    if (!this.consumer) throw new UnavailableError('the group', 'it is not joined yet')
    try {
      await this.consumer.commitOffsets(positions.map(({ topic, partition, position }) => ({ topic, partition, offset: String(position) })))
    } catch (error) {
      const { type = '', message } = failureOf(error)
      if (message.includes(NOT_RUNNING)) throw new UnavailableError('the group', 'it is being joined anew')
      if (REBALANCING.has(type)) throw new UnavailableError('the group', 'it is dividing its partitions anew')
      throw error
    }
  }
}

/** True where a member's process was one of this machine's and is no more. */
function isGone(signature: Signature | undefined): boolean {
  if (signature?.host !== processSpace() || signature.pid === process.pid) return false
  try {
    process.kill(signature.pid, 0)
    return false
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH'
  }
}

const LEAVING_MS = 5000
const HEARTBEAT_MS_MAX = 300 // how long a member takes to notice that another came or went
const REBALANCE_MS = 10_000 // how long a group waits for a member that lives but does not answer
const PAUSE_AFTER_CRASH_MS = 1000
const RETRY = { initialRetryTime: 100, maxRetryTime: 1000, retries: 20 } // with few of them, kafkajs does not survive a broker's restart
const NOT_RUNNING = 'Consumer group was not initialized' // kafkajs, of a consumer that has crashed, as where a cluster came back empty
const REBALANCING = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])
