import fc from 'fast-check'
import { mixedBatch } from '../mixed-model.fixture'
import { CarrierRoom } from './carrier-room.fixture'
import type { FakeReplica } from './fake-replica.fixture'

/** What may happen between two steps, or beside one. */
const event = fc.record({
  kind: fc.constantFrom('join', 'join', 'leave', 'kill', 'die', 'slow', 'answer', 'lie', 'vanish', 'nothing'),
  which: fc.nat(3),
})
const step = fc.record({ round: fc.nat(9), count: fc.integer({ min: 1, max: 24 }), turns: fc.nat(12), before: event, beside: event })

const REPLICAS_MAX = 6

/** Does what happens to the replicas of an engine. */
async function happen(
  room: CarrierRoom,
  there: { replica: FakeReplica; worker: number }[],
  { kind, which }: { kind: string; which: number },
) {
  if (kind === 'join' && there.length < REPLICAS_MAX) there.push(await room.invite())
  const at = there[which % Math.max(1, there.length)]
  if (!at) return
  const { replica, worker } = at
  if (kind === 'leave') room.engine.crew.dismiss(worker)
  if (kind === 'kill') void room.engine.crew.kill(worker)
  if (kind === 'die') replica.die()
  if (kind === 'slow') replica.isSlow = true
  if (kind === 'answer') Object.assign(replica, { isSlow: false }).answer()
  if (kind === 'lie') replica.isLying ||= replica.runs === 0
  if (kind === 'vanish') Object.assign(replica, { isAway: true }).die()
}

describe('whatever replicas do', () => {
  it('the engine comes to the digests of the plain one: they join, leave, die, dawdle, lie and vanish at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 7 }), fc.integer({ min: 1, max: 6 }), async (steps, logicalShards) => {
        await using room = await CarrierRoom.open({ logicalShards })
        const there: { replica: FakeReplica; worker: number }[] = []
        const batches = steps.map(({ round, count }) => mixedBatch(round, count))
        const [ours, plain] = await room.digests(batches, async (i) => {
          const { before, beside, turns } = steps[i]
          await happen(room, there, before)
          let left = turns
          let isDue = true
          room.patience = () => {
            if (isDue) void happen(room, there, beside)
            isDue = false
            return left-- <= 0
          }
          await room.clock.advance(1000)
        })
        expect(ours).toEqual(plain)
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})
