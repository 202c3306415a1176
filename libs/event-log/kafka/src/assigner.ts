import { AssignerProtocol, type GroupMember, type PartitionAssigner } from 'kafkajs'
import { shareOf } from '@freshet/event-log'

/** Who a member is: its name, and its process, so that others of its machine know when it is gone. */
export interface Signature {
  readonly member: string
  readonly host: string
  readonly pid: number
}

/** What a group divides. */
export interface Share {
  /** The topic that stands for all: its partition p means partition p of each. */
  readonly topic: string
  readonly partitions: number
}

const NAME = 'freshet'

/**
 * Divides partitions among members by their names, as every adapter of the port does: partition p of all topics goes to one member.
 * Whoever leads the group computes the same from the same names.
 */
export function assignerOf({ topic, partitions }: Share, signature: Signature): PartitionAssigner {
  return () => ({
    name: NAME,
    version: 0,

    async assign({ members }) {
      const names = members.map((member) => signatureOf(member)?.member ?? member.memberId)
      const firsts = new Set(names.map((name, i) => (names.indexOf(name) === i ? i : -1))) // of two of one name, one
      return members.map(({ memberId }, i) => {
        const share = firsts.has(i) ? shareOf(names[i], [...new Set(names)], partitions) : []
        const assignment = { [topic]: [...share] }
        return { memberId, memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData: NOTHING }) }
      })
    },

    protocol: ({ topics }) => {
      const userData = Buffer.from(JSON.stringify(signature))
      return { name: NAME, metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData }) }
    },
  })
}

/** The signature of a member; none where it is not one of ours. */
export function signatureOf({ memberMetadata }: Pick<GroupMember, 'memberMetadata'>): Signature | undefined {
  try {
    const { userData } = AssignerProtocol.MemberMetadata.decode(memberMetadata) ?? { userData: NOTHING }
    return JSON.parse(userData.toString()) as Signature
  } catch {
    return undefined
  }
}

const NOTHING = Buffer.alloc(0)
