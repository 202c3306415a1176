import { AssignerProtocol, type Cluster, type GroupMember, type Logger } from 'kafkajs'
import { assignerOf, signatureOf } from './assigner'

const share = { topic: 'shop.group-members', partitions: 4 }
const scope = { cluster: {} as Cluster, groupId: 'features', logger: {} as Logger } // the assigner asks them nothing

const memberOf = (member: string, memberId = `id of ${member}`): GroupMember => {
  const { metadata } = assignerOf(share, { member, host: 'h', pid: 7 })(scope).protocol({ topics: [share.topic] })
  return { memberId, memberMetadata: metadata }
}

async function assigned(...members: GroupMember[]): Promise<Record<string, readonly number[] | undefined>> {
  const assigner = assignerOf(share, { member: 'leader', host: 'h', pid: 7 })(scope)
  const answers = await assigner.assign({ members, topics: [share.topic] })
  return Object.fromEntries(
    answers.map(({ memberId, memberAssignment }) => [
      memberId,
      AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[share.topic],
    ]),
  )
}

describe('the division of a group', () => {
  it('goes by names, in whatever order the members come', async () => {
    const expected = { 'id of a': [0, 2], 'id of b': [1, 3] }
    expect(await assigned(memberOf('a'), memberOf('b'))).toEqual(expected)
    expect(await assigned(memberOf('b'), memberOf('a'))).toEqual(expected)
  })

  it('leaves members without partitions where there are too many', async () => {
    const shares = await assigned(...['a', 'b', 'c', 'd', 'e'].map((name) => memberOf(name)))
    expect(Object.values(shares)).toEqual([[0], [1], [2], [3], []])
  })

  it('gives a name that two members have to one of them', async () => {
    expect(await assigned(memberOf('a', '1'), memberOf('a', '2'), memberOf('b'))).toEqual({ '1': [0, 2], '2': [], 'id of b': [1, 3] })
  })

  it('counts members of another kind by their ids', async () => {
    const stranger = { memberId: 'z', memberMetadata: Buffer.alloc(2) }
    expect(await assigned(memberOf('a'), stranger)).toEqual({ 'id of a': [0, 2], z: [1, 3] })
  })
})

describe('the signature of a member', () => {
  it('tells who it is and where it runs', () => {
    expect(signatureOf(memberOf('a'))).toEqual({ member: 'a', host: 'h', pid: 7 })
  })

  it('is none for a member of another kind', () => {
    expect(signatureOf({ memberMetadata: Buffer.from('something else') })).toBeUndefined()
  })
})
