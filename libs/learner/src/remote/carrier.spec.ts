import { mixedBatch } from '../mixed-model.fixture'
import { batchesOf, CarrierRoom, turns } from './carrier-room.fixture'

const HELD = 20 // turns that a carrier is given while the owner waits for nothing in particular

describe('a carrier', () => {
  it('has shards computed by its replica, to the bits of the plain engine, and sends the dense parameters once a step', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite()
    let before = 0
    room.patience = () => replica.runs >= before + 2
    const [ours, plain] = await room.digests(batchesOf(1, 2, 3), () => (before = replica.runs))
    expect(ours).toEqual(plain)
    expect(replica.received.filter((name) => name === 'dense')).toHaveLength(3)
    expect(room.notices).toEqual([{ kind: 'admitted', reason: '' }])
    expect(room.engine.recomputed).toBe(0)
  })

  it('shares a step with others of its kind', async () => {
    await using room = await CarrierRoom.open({ logicalShards: 6 })
    const [first, second] = [await room.invite(), await room.invite()]
    const runs = (): number[] => [first.replica.runs, second.replica.runs]
    let before = [0, 0]
    room.patience = () => runs().every((count, i) => count > before[i])
    const [ours, plain] = await room.digests(batchesOf(1, 2, 3, 4), () => (before = runs()))
    expect(ours).toEqual(plain)
  })

  it('claims shards and nothing else: rows and ids are learned where they lie', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite()
    room.patience = () => replica.runs > 0
    const kinds: (number | undefined)[] = []
    await room.digests(batchesOf(1, 2), () => kinds.push(room.board?.holderOf(4)?.worker)) // beyond the four shards
    await room.engine.step(mixedBatch(3))
    expect([...kinds, room.board?.holderOf(4)?.worker].every((holder) => holder === undefined || holder === 0)).toBe(true)
  })

  it('costs a shard where its replica dies in the midst of one, and goes on with the one that comes back', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite({ isSlow: true })
    room.patience = () => replica.runs === 1
    const [ours, plain] = await room.digests(batchesOf(1))
    expect(ours).toEqual(plain)
    expect(room.engine.recomputed).toBe(1)
    replica.die()
    await turns(() => room.notices.length === 1)
    expect(room.notices).toEqual([{ kind: 'away', reason: 'a replica is not available; it is dialled again' }])
    replica.isSlow = false
    room.patience = () => true
    await room.engine.step(mixedBatch(2))
    expect(replica.dials).toBe(1)
    await room.clock.advance(250)
    room.patience = () => replica.runs >= 2
    await room.engine.step(mixedBatch(3))
    await turns(() => room.notices.length === 2)
    expect([room.notices[1].kind, replica.dials, room.engine.recomputed]).toEqual(['admitted', 2, 1])
  })

  it('costs at most a shard a step where its replica is late, and rests for longer and longer', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite({ isSlow: true })
    const lost: number[] = []
    let asked = 0
    room.patience = () => ++asked % HELD === 0
    const rounds = Array.from({ length: 12 }, (_, i) => i)
    const [ours, plain] = await room.digests(batchesOf(...rounds), async () => {
      lost.push(room.engine.recomputed)
      replica.answer()
      for (let turn = 0; turn < HELD; turn++) await turns(() => true)
    })
    lost.push(room.engine.recomputed)
    expect(ours).toEqual(plain)
    const each = rounds.map((i) => lost[i + 1] - lost[i])
    expect(Math.max(...each)).toBe(1)
    expect(room.engine.recomputed).toBeLessThanOrEqual(5)
    expect(room.notices.every(({ kind }) => kind === 'admitted')).toBe(true)
  })

  it('does not rest after a probe that came late: both sides’ time is no measure of the next answer', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite({ isSlow: true })
    room.patience = () => replica.runs === 1
    await room.engine.step(mixedBatch(1))
    replica.isSlow = false
    replica.answer()
    await turns(() => room.notices.length === 1)
    room.patience = () => replica.runs > 1 // so the very next step has a shard computed there, or never ends
    await room.engine.step(mixedBatch(2))
    expect([room.engine.state.digest(), room.notices[0].kind]).toEqual([await room.plainDigest(batchesOf(1, 2)), 'admitted'])
  })

  it('is never waited for: what it still has when nothing else is left to do, the owner computes', async () => {
    await using room = await CarrierRoom.open({ lateMs: 3_600_000 })
    const { replica } = await room.invite({ isSlow: true })
    room.patience = () => replica.runs === 1
    const [ours, plain] = await room.digests(batchesOf(1))
    expect(ours).toEqual(plain)
    expect([replica.runs, room.engine.recomputed]).toEqual([1, 1])
  })

  it('wins where its answer comes while the owner computes the same shard', async () => {
    await using room = await CarrierRoom.open({ logicalShards: 2, lateMs: 3_600_000 })
    const { replica } = await room.invite()
    room.patience = () => room.notices.length === 1
    await room.digests(batchesOf(1)) // admitted, by a probe of its first shape
    replica.isSlow = true
    const [asked, recomputed] = [replica.runs, room.engine.recomputed]
    let own = 0
    room.patience = () => {
      if (replica.runs === asked) return false // so that it has claimed the last shard
      if (own++ === 0) return true // the owner's own shard
      replica.answer()
      return room.board?.holderOf(1)?.isDone === true
    }
    await room.engine.step(mixedBatch(2))
    expect([replica.runs, room.engine.recomputed, own > 1]).toEqual([asked + 1, recomputed, true])
    expect(room.engine.state.digest()).toBe(await room.plainDigest(batchesOf(1, 2)))
  })

  it('refuses a replica that computes other bits, says so, and lets none of them count', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite({ isLying: true })
    room.patience = () => room.notices.length === 1
    const [ours, plain] = await room.digests(batchesOf(1, 2, 3))
    expect(ours).toEqual(plain)
    expect(room.notices).toEqual([{ kind: 'refused', reason: expect.stringMatching(/^scores\[0\] of a replica is .*, but it is .* here/) }])
    expect(replica.runs).toBe(1)
    await room.clock.advance(59_999)
    expect(replica.dials).toBe(1)
    await room.clock.advance(1)
    expect(replica.dials).toBe(2)
  })

  it('is refused by a replica that builds another model, and says why', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite({ hash: 'cd'.repeat(32) })
    await turns(() => room.notices.length === 1)
    expect(room.notices[0]).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^graph_hash is .* from its own dictionary; give both/),
    })
    const [ours, plain] = await room.digests(batchesOf(1))
    expect([ours, replica.runs]).toEqual([plain, 0])
  })

  it('dials a replica that is away less and less often, says so once, and the engine goes on alone', async () => {
    await using room = await CarrierRoom.open()
    const { replica } = await room.invite({ isAway: true })
    const [ours, plain] = await room.digests(batchesOf(1, 2))
    expect(ours).toEqual(plain)
    const dials: number[] = []
    for (const ms of [0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
      await room.clock.advance(ms)
      dials.push(replica.dials)
    }
    expect(dials).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(room.notices).toHaveLength(1)
  })

  it.each(['dismiss', 'kill'] as const)(
    'leaves at once when it is asked to (%s), and the owner computes what it had claimed',
    async (how) => {
      await using room = await CarrierRoom.open()
      const { replica, worker } = await room.invite()
      room.patience = () => room.notices.length === 1
      await room.engine.step(mixedBatch(1))
      const before = replica.runs
      replica.isSlow = true
      room.patience = () => {
        if (replica.runs > before) void room.engine.crew[how](worker)
        return replica.runs > before
      }
      await room.engine.step(mixedBatch(2))
      room.patience = () => true
      await room.engine.step(mixedBatch(3))
      expect([room.engine.recomputed, replica.runs, room.notices.length]).toEqual([1, before + 1, 1])
      expect(room.engine.state.digest()).toBe(await room.plainDigest(batchesOf(1, 2, 3)))
    },
  )
})
