import type { EventRecord } from '@freshet/contracts'
import fc from 'fast-check'
import { LogHouse } from './log-house.fixture'
import { eventRecord, shownItem } from './records.fixture'

const ITEMS = ['a', 'b', 'c']
const BUCKETS = 8
const BUCKET_MS = 3_600_000 / BUCKETS // item_rate of the test's dictionary

const deed = fc.record({
  type: fc.constantFrom('click', 'click', 'look', 'purchase', 'impression'),
  userId: fc.constantFrom('u', 'v', 'w', 'x', 'y'),
  itemId: fc.constantFrom(...ITEMS),
  id: fc.nat(80),
  timeMs: fc.nat(3 * 3_600_000),
})
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never

const recordOf = ({ type, userId, itemId, id, timeMs }: Deed): EventRecord => {
  const shared = { type, userId, eventId: `${userId}${id}`, timeMs }
  if (type !== 'impression') return eventRecord({ ...shared, itemId })
  const empty = new Uint8Array(0)
  const impression = { surface: '', dictionaryHash: '', userIds: empty, userNumbers: empty, rowStep: 0, denseStep: 0 }
  return eventRecord({ ...shared, impression: { ...impression, items: [shownItem(itemId), shownItem('c')] } })
}

/** How many of some deeds lie in each bucket that a window still holds. */
function recount(timesMs: readonly number[]): { buckets: number[]; counts: number[] } {
  const of = (timeMs: number): number => Math.floor(timeMs / BUCKET_MS)
  const oldest = of(Math.max(...timesMs)) - BUCKETS + 1
  const buckets = [...new Set(timesMs.map(of))].filter((bucket) => bucket >= oldest).sort((a, b) => a - b)
  return { buckets, counts: buckets.map((bucket) => timesMs.filter((timeMs) => of(timeMs) === bucket).length) }
}

describe('what items remember', () => {
  it('agrees with a recount of all events of all users, in whatever partitions and order they came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 40 }), async (deeds) => {
        const house = new LogHouse()
        await house.append(...deeds.map(recordOf))
        await house.drain()
        const effective = deeds.filter(
          ({ userId, id }, at) => deeds.findIndex((other) => other.userId === userId && other.id === id) === at,
        )
        for (const itemId of ITEMS) {
          const own = effective.filter((each) => each.type !== 'impression' && each.itemId === itemId)
          const clicks = own.filter(({ type }) => type === 'click').map(({ timeMs }) => timeMs)
          const showings = effective
            .filter(({ type }) => type === 'impression')
            .flatMap((each) => [each.itemId, 'c'].filter((shown) => shown === itemId).map(() => each.timeMs))
          const item = await house.item(itemId)
          expect(item?.events ?? 0).toBe(own.length)
          expect(item?.lastTouchedMs ?? 0).toBe(Math.max(0, ...own.map(({ timeMs }) => timeMs)))
          if (clicks.length > 0) expect(item?.windows.item_rate).toMatchObject(recount(clicks))
          if (showings.length > 0) expect(item?.windows.item_rate_per).toMatchObject(recount(showings))
        }
      }),
      { numRuns: 30 },
    )
  })
})
