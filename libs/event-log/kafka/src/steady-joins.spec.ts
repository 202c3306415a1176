import { EventEmitter, once } from 'node:events'
import { AssignerProtocol, KafkaJSConnectionError } from 'kafkajs'
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup'
import Runner from 'kafkajs/src/consumer/runner'
import { createErrorFromCode } from 'kafkajs/src/protocol/error'
import { steadyJoins } from './steady-joins'

const UNKNOWN_MEMBER_ID = 25
const REBALANCE_IN_PROGRESS = 27
const logger = { namespace: () => logger, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const cutOff = (): Error => new KafkaJSConnectionError('the connection is cut')

/** A coordinator with one member at a time, which answers as it is told, and otherwise with success. */
class FakeCoordinator {
  /** What the next requests of a kind meet. */
  readonly mishaps: { joinGroup: Error[]; syncGroup: Error[]; heartbeat: Error[] } = { joinGroup: [], syncGroup: [], heartbeat: [] }
  /** The ids that joined, and empty ones. */
  readonly joined: string[] = []
  private members = 0

  joinGroup = async ({ memberId }: { memberId: string }): Promise<object> => {
    this.meet('joinGroup')
    this.joined.push(memberId)
    const id = memberId === '' ? `member-${++this.members}` : memberId
    return { generationId: this.joined.length, leaderId: 'somebody else', memberId: id, members: [], groupProtocol: 'freshet' }
  }

  syncGroup = async (): Promise<object> => {
    this.meet('syncGroup')
    const assignment = { version: 0, assignment: {}, userData: Buffer.alloc(0) }
    return { memberAssignment: AssignerProtocol.MemberAssignment.encode(assignment) }
  }

  heartbeat = async (): Promise<void> => this.meet('heartbeat')

  private meet(kind: keyof FakeCoordinator['mishaps']): void {
    const mishap = this.mishaps[kind].shift()
    if (mishap) throw mishap
  }
}

/** A member of kafkajs's own, over a cluster that holds nothing to fetch. */
class Member {
  readonly coordinator = new FakeCoordinator()
  /** Under which ids it took itself for joined. */
  readonly told: string[] = []
  private readonly events = new EventEmitter()
  private readonly runner: Runner

  constructor() {
    const done = (): Promise<void> => Promise.resolve()
    const cluster = {
      ...{ connect: done, refreshMetadata: done, refreshMetadataIfNecessary: done },
      getNodeIds: () => [1],
      findGroupCoordinator: () => Promise.resolve(this.coordinator),
      findTopicPartitionMetadata: () => [],
      committedOffsets: () => ({}),
    }
    const shared = { logger, instrumentationEmitter: this.events, retry: { initialRetryTime: 1, maxRetryTime: 2, retries: 5 } }
    const assigners = [{ name: 'freshet', version: 0, protocol: () => ({ name: 'freshet', metadata: Buffer.alloc(0) }) }]
    const consumerGroup = new ConsumerGroup({
      ...shared,
      cluster,
      groupId: 'g',
      topics: [],
      topicConfigurations: {},
      assigners,
      maxWaitTimeInMs: 1,
    })
    const onCrash = (error: Error): void => void this.told.push(error.message)
    this.runner = new Runner({ ...shared, consumerGroup, heartbeatInterval: 0, concurrency: 1, onCrash, autoCommit: false })
    this.events.on('consumer.group_join', ({ memberId }: { memberId: string }) => this.told.push(memberId))
  }

  /** Resolves once it has joined so often. */
  async joins(times: number): Promise<void> {
    while (this.told.length < times) await once(this.events, 'consumer.group_join')
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
    await member.joins(1)
  })
  afterEach(() => member.stop())

  it('joins again once the group has forgotten it, though it has no id to say so by', async () => {
    const { mishaps, joined } = member.coordinator
    mishaps.joinGroup.push(cutOff())
    mishaps.heartbeat.push(createErrorFromCode(UNKNOWN_MEMBER_ID))
    await member.joins(2)
    expect([joined, member.told]).toEqual([
      ['', ''],
      ['member-1', 'member-2'],
    ])
  })

  it('asks again for its share where the answer was lost', async () => {
    const { mishaps, joined } = member.coordinator
    mishaps.syncGroup.push(cutOff())
    mishaps.heartbeat.push(createErrorFromCode(REBALANCE_IN_PROGRESS))
    await member.joins(2)
    expect([joined, member.told]).toEqual([
      ['', 'member-1', 'member-1'],
      ['member-1', 'member-1'],
    ])
  })

  it('joins once where nothing goes wrong, however often it is steadied', async () => {
    steadyJoins()
    member.coordinator.mishaps.heartbeat.push(createErrorFromCode(REBALANCE_IN_PROGRESS))
    await member.joins(2)
    expect(member.coordinator.joined).toEqual(['', 'member-1'])
  })
})
