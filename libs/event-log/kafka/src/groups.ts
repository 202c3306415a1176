import type { Admin } from 'kafkajs'
import type { JoinOptions, Membership, Partition } from '@freshet/event-log'
import { isPassing } from './failures'
import type { Place } from './link'
import { KafkaMembership, type MembershipScope } from './membership'
import { steadyJoins } from './steady-joins'

steadyJoins()

/** What the groups of a log take. */
export interface GroupsScope extends MembershipScope {
  readonly admin: Admin
  /** How many partitions members divide: as many as the widest topic has. */
  readonly partitions: number
  /** The brokers' name of a topic or a group. */
  readonly nameOf: (name: string) => string
  /** Resolves once a topic stands. */
  readonly prepare: (topic: string, untilMs: number) => Promise<void>
}

/** The topic whose partitions stand for those of all; it holds no records. */
export const MEMBERS_TOPIC = 'group-members'

/** Consumer groups: who has which partitions, and how far each says that it has come. */
export class Groups {
  private readonly members = new Set<KafkaMembership>()

  constructor(private readonly scope: GroupsScope) {}

  async join(group: string, options: JoinOptions): Promise<Membership> {
    const { nameOf, partitions, patience, prepare } = this.scope
    await prepare(MEMBERS_TOPIC, patience.untilMs()).catch((error: unknown) => {
      if (!isPassing(error)) throw error // else the member tries on
    })
    const seat = { groupId: nameOf(group), share: { topic: nameOf(MEMBERS_TOPIC), partitions } }
    const member = new KafkaMembership(this.scope, seat, options)
    this.members.add(member)
    await member.enter()
    return {
      report: (of, position) => member.report(this.placeOf(of), position),
      [Symbol.asyncDispose]: async () => {
        this.members.delete(member)
        await member.leave()
      },
    }
  }

  /** What was last committed for a partition. */
  async reported(group: string, of: Partition): Promise<number | undefined> {
    const { admin, patience, prepare, nameOf } = this.scope
    const { topic, partition } = this.placeOf(of)
    const untilMs = patience.untilMs()
    await prepare(of.topic, untilMs)
    const answers = await patience.during(async () => {
      await admin.connect()
      return admin.fetchOffsets({ groupId: nameOf(group), topics: [topic] })
    }, untilMs)
    const offset = Number(answers[0]?.partitions.find((answer) => answer.partition === partition)?.offset ?? -1)
    return offset < 0 ? undefined : offset
  }

  async leave(): Promise<void> {
    await Promise.all([...this.members].map((member) => member.leave()))
  }

  private placeOf({ topic, partition }: Partition): Place {
    return { topic: this.scope.nameOf(topic), partition }
  }
}
