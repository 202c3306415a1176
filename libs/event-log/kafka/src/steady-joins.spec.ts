import { EventEmitter } from 'node:events'
import { AssignerProtocol, KafkaJSConnectionError } from 'kafkajs'
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup'
import Runner from 'kafkajs/src/consumer/runner'
import { createErrorFromCode } from 'kafkajs/src/protocol/error'
import { steadyJoins } from './steady-joins'

const UNKNOWN_MEMBER_ID = 25
const REBALANCE_IN_PROGRESS = 27
const TOPIC = 'group-members'
const logger = { namespace: () => logger, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const cutOff = (): Error => new KafkaJSConnectionError('the connection is cut')

/** A coordinator with one member at a time, which answers as it is told, and otherwise with success. */
class FakeCoordinator {
  /** What the next requests of a kind meet. */
  readonly mishaps: { joinGroup: Error[]; syncGroup: Error[]; heartbeat: Error[] } = { joinGroup: [], syncGroup: [], heartbeat: [] }
  /** The ids that asked to join, and empty ones. */
  readonly joined: string[] = []
  private members = 0
  private generation = 0

  joinGroup = ({ memberId }: { memberId: string }) =>
    this.unlessMishap('joinGroup', () => {
      this.joined.push(memberId)
      const id = memberId === '' ? `member-${++this.members}` : memberId
      return { generationId: ++this.generation, leaderId: 'somebody else', memberId: id, members: [], groupProtocol: 'freshet' }
    })

  syncGroup = () =>
    this.unlessMishap('syncGroup', () => {
      const memberAssignment = AssignerProtocol.MemberAssignment.encode({
        version: 0,
        assignment: { [TOPIC]: [this.generation] },
        userData: Buffer.alloc(0),
      })
      return { memberAssignment }
    })

  heartbeat = () => this.unlessMishap('heartbeat', () => undefined)

  private async unlessMishap<T>(kind: keyof FakeCoordinator['mishaps'], answer: () => T): Promise<T> {
    const mishap = this.mishaps[kind].shift()
    if (mishap) throw mishap
    return answer()
  }
}

/** A member of kafkajs's own, over a cluster without records. */
class Member {
  readonly coordinator = new FakeCoordinator()
  /** The shares that it was told, in order. */
  readonly told: (readonly number[])[] = []
  private readonly events = new EventEmitter()
  private readonly runner: Runner

  constructor() {
    const { coordinator } = this
    const cluster = {
      connect: () => Promise.resolve(),
      getNodeIds: () => [1],
      refreshMetadata: () => Promise.resolve(),
      refreshMetadataIfNecessary: () => Promise.resolve(),
      findGroupCoordinator: () => Promise.resolve(coordinator),
      findTopicPartitionMetadata: () => Array.from({ length: 100 }, (_, partitionId) => ({ partitionId, leader: 2 })), // another node than the one that is fetched from
      findLeaderForPartitions: () => ({}),
    }
    const emitter = { emit: (name: string, payload: object) => void this.events.emit(name, payload) }
    this.events.on('consumer.group_join', ({ memberAssignment }: { memberAssignment: Record<string, number[]> }) =>
      this.told.push(memberAssignment[TOPIC]),
    )
    const retry = { initialRetryTime: 1, maxRetryTime: 2, retries: 5 }
    const assigners = [{ name: 'freshet', version: 0, protocol: () => ({ name: 'freshet', metadata: Buffer.alloc(0) }) }]
    const shared = { logger, instrumentationEmitter: emitter, retry }
    const consumerGroup = new ConsumerGroup({
      ...shared,
      cluster,
      groupId: 'g',
      topics: [TOPIC],
      topicConfigurations: {},
      assigners,
      maxWaitTimeInMs: 1,
      sessionTimeout: 1000,
    })
    this.runner = new Runner({
      ...shared,
      consumerGroup,
      heartbeatInterval: 0,
      concurrency: 1,
      onCrash: (error: Error) => void this.events.emit('crash', error),
      autoCommit: false,
    })
  }

  /** Resolves once it was told so many shares. */
  async hears(count: number): Promise<void> {
    while (this.told.length < count) await new Promise((resolve) => this.events.once('consumer.group_join', resolve))
  }

  start = (): Promise<void> => this.runner.start()
  stop = (): Promise<void> => this.runner.stop()
}

describe('a member of kafkajs whose join is cut short', () => {
  let member: Member

  beforeAll(steadyJoins)
  beforeEach(async () => {
    member = new Member()
    await member.start()
    await member.hears(1)
  })
  afterEach(() => member.stop())

  it('joins again once the group has forgotten it, though it has no id to say so by', async () => {
    const { mishaps, joined } = member.coordinator
    mishaps.joinGroup.push(cutOff())
    mishaps.heartbeat.push(createErrorFromCode(UNKNOWN_MEMBER_ID))
    await member.hears(2)
    expect([joined, member.told]).toEqual([
      ['', ''],
      [[1], [2]],
    ])
  })

  it('asks again for its share where the answer was lost', async () => {
    const { mishaps, joined } = member.coordinator
    mishaps.syncGroup.push(cutOff())
    mishaps.heartbeat.push(createErrorFromCode(REBALANCE_IN_PROGRESS))
    await member.hears(2)
    expect([joined, member.told]).toEqual([
      ['', 'member-1', 'member-1'],
      [[1], [3]],
    ])
  })

  it('joins once where nothing goes wrong, however often it is steadied', async () => {
    steadyJoins()
    member.coordinator.mishaps.heartbeat.push(createErrorFromCode(REBALANCE_IN_PROGRESS))
    await member.hears(2)
    expect(member.coordinator.joined).toEqual(['', 'member-1'])
  })
})
