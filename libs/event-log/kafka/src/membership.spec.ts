import { UnavailableError } from '@freshet/kernel'
import { type FakeClock, fakeClock } from '@freshet/testing'
import type { Kafka } from 'kafkajs'
import { HealthRecord } from './health'
import type { Link } from './link'
import { KafkaMembership } from './membership'
import { Patience } from './patience'

/** A consumer of kafkajs, as far as a membership knows it. */
class FakeConsumer {
  readonly events = { GROUP_JOIN: 'joined', CRASH: 'crashed' }
  private readonly heard = new Map<string, (event: object) => void>()

  constructor(private readonly refusal: Error | undefined) {}

  on(event: string, listener: (event: object) => void): void {
    this.heard.set(event, listener)
  }

  joins(partitions: readonly number[]): void {
    this.heard.get('joined')?.({ payload: { memberAssignment: { members: partitions } } })
  }

  crashes(): void {
    this.heard.get('crashed')?.({ payload: { error: new UnavailableError('the group', 'wait'), restart: false } })
  }

  connect = (): Promise<void> => (this.refusal ? Promise.reject(this.refusal) : Promise.resolve())
  subscribe = (): Promise<void> => Promise.resolve()
  run = (): Promise<void> => Promise.resolve()
  disconnect = (): Promise<void> => Promise.resolve()
}

const REFUSED = Object.assign(new Error('not yours'), { retriable: false, type: 'GROUP_AUTHORIZATION_FAILED' })
let clock: FakeClock
let consumers: FakeConsumer[]
let refusals: (Error | undefined)[]
let told: (readonly number[])[]

beforeEach(() => {
  clock = fakeClock()
  ;[consumers, refusals, told] = [[], [], []]
})

function open(): KafkaMembership {
  const consumer = (): FakeConsumer => {
    const made = new FakeConsumer(refusals.shift())
    consumers.push(made)
    return made
  }
  const coordinator = { describeGroups: () => Promise.resolve({ groups: [] }) }
  const link = { refresh: () => Promise.resolve(), cluster: { findGroupCoordinator: () => Promise.resolve(coordinator) } }
  const health = new HealthRecord(clock, 'broker:9092')
  const patience = new Patience({ clock, health, brokers: 'broker:9092', deadlineMs: 1000, closed: new AbortController().signal })
  return new KafkaMembership(
    { kafka: { consumer } as unknown as Kafka, link: link as unknown as Link, clock, patience, health, sessionTimeoutMs: 6000 },
    { groupId: 'features', share: { topic: 'members', partitions: 4 } },
    { member: 'a', onAssigned: (partitions) => told.push(partitions) },
  )
}

/** Lets what is ready go on, for as long as it leads to something: no timer of the fake clock is among it. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a place in a group', () => {
  it('tells its share in order, and the same share once', async () => {
    await open().enter()
    for (const share of [[2, 0], [0, 2], [0]]) consumers[0].joins(share) // prettier-ignore
    expect(told).toEqual([[0, 2], [0]])
  })

  it('is taken anew after a crash, however often it is refused for good meanwhile', async () => {
    await open().enter()
    refusals = [REFUSED, REFUSED, undefined]
    consumers[0].crashes()
    for (let second = 0; second < 3; second++) {
      await settled()
      await clock.advance(1000)
    }
    await settled()
    expect(consumers).toHaveLength(4)
    consumers[3].joins([1, 3])
    expect(told).toEqual([[1, 3]])
  })

  it('is not taken anew once it was left', async () => {
    const membership = open()
    await membership.enter()
    await membership.leave()
    consumers[0].crashes()
    await settled()
    await clock.advance(5000)
    expect(consumers).toHaveLength(1)
  })

  it('is refused at once where it is refused for good at first', async () => {
    refusals = [REFUSED]
    await expect(open().enter()).rejects.toThrow(/grant this user .* Read on its groups/)
  })

  it('says that it is not joined while there is no consumer to report by', async () => {
    const membership = open()
    const reported = membership.report({ topic: 'events', partition: 0 }, 5)
    const refused = expect(reported).rejects.toThrow('the group is not available; it is not joined yet')
    for (let i = 0; i < 5; i++) {
      await settled()
      await clock.advance(500)
    }
    await refused
  })

  it('holds up nobody who reports when it is left, and tries what was reported before no longer', async () => {
    const membership = open()
    const before = membership.report({ topic: 'events', partition: 0 }, 5)
    await settled()
    await membership.leave()
    const after = membership.report({ topic: 'events', partition: 1 }, 7)
    await clock.advance(100)
    expect(await Promise.all([before, after])).toEqual([undefined, undefined])
  })
})
