import { Event } from '@freshet/contracts'
import { ranker, type IngestClient, type RankerClient } from '@freshet/contracts/services'
import { isFreshetError, type Clock } from '@freshet/kernel'
import { call } from '@freshet/service'
import { expectedCtr, react, search, type Visit } from './choice'
import { createFreshnessProbe, type FreshnessProbe } from './freshness'
import { createPopularity, oracleList, POLICIES, randomList, type ListBounds, type Policy } from './policies'
import { createRollingMean, type RollingMean } from './rolling-mean'
import type { World, WorldItem } from './world'

const LIMIT = 10
const WINDOW_MS = 60_000
const READING_MS = 300 // from a list to its first click
const FRESHNESS_SAMPLES = 1000

/** What a shop needs of the running system. */
export interface ShopScope {
  readonly world: World
  readonly ingest: IngestClient
  readonly ranker: RankerClient
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** A shop in which one visit after another happens. */
export interface DemoShop {
  /** One visit: look around, see Freshet's list, react. Failures are remembered, not thrown. */
  visit(number: number): Promise<void>
  readonly sessions: number
  readonly events: number
  readonly ctr: Readonly<Record<Policy, RollingMean>>
  readonly freshness: FreshnessProbe
  /** Why the last answer failed or was degraded; empty when it was whole. */
  readonly trouble: string
}

/** Opens the shop. Every policy's list is made for the same user at the same moment, and judged by the same hidden taste. */
export function openDemoShop({ world, ingest, ranker: rankerClient, clock, signal }: ShopScope): DemoShop {
  const itemOf = new Map(world.items.map((item) => [item.id, item]))
  const owned = world.users.map(() => new Set<string>())
  const popularity = createPopularity(world)
  const freshness = createFreshnessProbe(FRESHNESS_SAMPLES)
  const ctr = Object.fromEntries(POLICIES.map((policy) => [policy, createRollingMean(WINDOW_MS)])) as Record<Policy, RollingMean>
  let sessions = 0
  let events = 0
  let trouble = ''

  const send = async (batch: readonly Event[]): Promise<void> => {
    if (batch.length === 0) return
    const { acknowledgements } = await call(ingest, 'append', { events: [...batch] })
    acknowledgements.forEach(({ outcome }, i) => {
      if (outcome?.$case === 'rejected') trouble = outcome.rejected.message
      if (outcome?.$case !== 'accepted') return
      events++
      if (batch[i]?.type === 'click') freshness.acknowledged(outcome.accepted.partition, outcome.accepted.offset, clock.monotonicMs())
    })
  }

  const compare = (visit: Visit, list: readonly WorldItem[], bounds: ListBounds): void => {
    const taste = world.taste(visit.user, visit.timeMs)
    const lists = {
      freshet: list,
      popularity: popularity.list(bounds),
      random: randomList(world, visit.number, bounds),
      oracle: oracleList(world, taste, bounds),
    }
    for (const policy of POLICIES) ctr[policy].add(expectedCtr(lists[policy], taste), visit.timeMs)
  }

  const ask = async (userId: string): Promise<{ requestId: string; list: readonly WorldItem[] }> => {
    const { requestId, items, provenance } = await call(
      rankerClient,
      'recommend',
      ranker.RecommendRequest.create({ userId, limit: LIMIT, surface: 'home' }),
    )
    freshness.answered(provenance?.contains ?? [], clock.monotonicMs())
    trouble = provenance && provenance.degraded.length > 0 ? `answers are degraded: ${provenance.degraded.join(', ')}` : ''
    return { requestId, list: items.map(({ itemId }) => itemOf.get(itemId)).filter((item) => item !== undefined) }
  }

  const happen = async (visit: Visit): Promise<void> => {
    const userId = world.users[visit.user]?.id ?? ''
    const mine = owned[visit.user] ?? new Set<string>()
    const found = search(world, visit)
    if (found) await send([eventOf({ userId, item: found, type: 'view', timeMs: visit.timeMs })])
    const { requestId, list } = await ask(userId)
    if (list.length === 0) return
    compare(visit, list, { limit: LIMIT, owned: mine })
    const reactions = react(world, visit, list)
    await clock.sleep(READING_MS, signal)
    await send(reactions.map(({ item, type }) => eventOf({ userId, item, type, timeMs: clock.nowMs(), requestId })))
    for (const { item, type } of reactions) {
      if (type === 'click') popularity.clicked(item)
      if (type === 'purchase') mine.add(item.id)
    }
  }

  return {
    async visit(number) {
      try {
        await happen({ number, user: world.chance.below(world.users.length, 'visitor', number), timeMs: clock.nowMs() })
        sessions++
      } catch (error) {
        if (!isFreshetError(error)) throw error
        trouble = error.message
      }
    },
    get sessions() {
      return sessions
    },
    get events() {
      return events
    },
    get trouble() {
      return trouble
    },
    ctr,
    freshness,
  }
}

const eventOf = ({ item, ...event }: { userId: string; item: WorldItem; type: string; timeMs: number; requestId?: string }): Event =>
  Event.fromPartial({ ...event, itemId: item.id })
