import { batchesOf, CarrierRoom, turns } from './carrier-room.fixture'

describe('a carrier', () => {
  it('has shards computed by its replica, to the bits of the plain engine, and sends the dense parameters once a step', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite()
    let before = 0
    room.patience = () => replica.runs >= before + 2
    const [ours, plain] = await room.digests(batchesOf(1, 2, 3), () => (before = replica.runs))
    expect(ours).toEqual(plain)
    expect(replica.received.filter((name) => name === 'dense')).toHaveLength(3)
    expect(replica.runs).toBeGreaterThanOrEqual(6)
    expect(room.notices).toEqual([{ kind: 'admitted', reason: '' }])
    expect(room.engine.recomputed).toBe(0)
  })

  it('does what others do not: two replicas beside the owner share a step', async () => {
    await using room = await CarrierRoom.open({ logicalShards: 6 })
    const [first, second] = [await room.invite(), await room.invite()]
    let before = [0, 0]
    const runs = (): number[] => [first.replica.runs, second.replica.runs]
    room.patience = () => runs().every((count, i) => count > before[i])
    const [ours, plain] = await room.digests(batchesOf(1, 2, 3, 4), () => (before = runs()))
    expect(ours).toEqual(plain)
  })

  it('costs a shard, no more, where its replica dies in the midst of one; the replica that comes back goes on', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite()
    replica.isSlow = true
    room.patience = () => replica.runs === 1
    const [lost, plain] = await room.digests(batchesOf(1), () => undefined)
    expect(lost).toEqual(plain)
    expect(room.engine.recomputed).toBe(1)
    replica.isSlow = false
    replica.die()
    room.patience = () => true
    await turns(() => room.notices.length === 1)
    expect(room.notices[0]).toEqual({ kind: 'away', reason: 'a replica is not available; it is dialled again' })
  })
})
