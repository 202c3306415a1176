import { Event } from '@freshet/contracts'
import { ranker, type IngestClient, type RankerClient } from '@freshet/contracts/services'
import { isFreshetError, type Clock } from '@freshet/kernel'
import { call } from '@freshet/service'
import { expectedCtr, react, search, type Visit } from './choice'
import { createFreshnessProbe } from './freshness'
import { createPopularity, oracleList, POLICIES, randomList, type ListBounds, type Policy, type PopularityList } from './policies'
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

/** A shop in which one visit after another happens. Every policy's list is made for the same user at the same moment, and judged by the same hidden taste. */
export class DemoShop {
  sessions = 0
  events = 0
  /** Why the last answer failed or was degraded; empty when it was whole. */
  trouble = ''
  readonly ctr: Readonly<Record<Policy, RollingMean>>
  readonly freshness = createFreshnessProbe(FRESHNESS_SAMPLES)
  private readonly popularity: PopularityList
  private readonly itemOf: ReadonlyMap<string, WorldItem>
  private readonly owned: readonly Set<string>[]

  constructor(private readonly scope: ShopScope) {
    const { items, users } = scope.world
    this.popularity = createPopularity(scope.world)
    this.itemOf = new Map(items.map((item) => [item.id, item]))
    this.owned = users.map(() => new Set())
    this.ctr = Object.fromEntries(POLICIES.map((policy) => [policy, createRollingMean(WINDOW_MS)])) as Record<Policy, RollingMean>
  }

  /** One visit: look around, see Freshet's list, react. A failure of the system is remembered, not thrown. */
  async visit(number: number): Promise<void> {
    const { world, clock } = this.scope
    try {
      await this.happen({ number, user: world.chance.below(world.users.length, 'visitor', number), timeMs: clock.nowMs() })
      this.sessions++
    } catch (error) {
      if (!isFreshetError(error)) throw error
      this.trouble = error.message
    }
  }

  private async happen(visit: Visit): Promise<void> {
    const { world, clock, signal } = this.scope
    const userId = world.users[visit.user]?.id ?? ''
    const found = search(world, visit)
    if (found) await this.tell([eventOf({ userId, item: found, type: 'view', timeMs: visit.timeMs })])
    const { requestId, list } = await this.ask(userId)
    if (list.length === 0) return
    this.compare(visit, list)
    const reactions = react(world, visit, list)
    await clock.sleep(READING_MS, signal)
    await this.tell(reactions.map(({ item, type }) => eventOf({ userId, item, type, timeMs: clock.nowMs(), requestId })))
    for (const { item, type } of reactions) {
      if (type === 'click') this.popularity.clicked(item)
      if (type === 'purchase') this.owned[visit.user]?.add(item.id)
    }
  }

  /** Freshet's list for a user. */
  private async ask(userId: string): Promise<{ requestId: string; list: readonly WorldItem[] }> {
    const request = ranker.RecommendRequest.create({ userId, limit: LIMIT, surface: 'home' })
    const { requestId, items, provenance } = await call(this.scope.ranker, 'recommend', request)
    this.freshness.answered(provenance?.contains ?? [], this.scope.clock.monotonicMs())
    this.trouble = provenance && provenance.degraded.length > 0 ? `answers are degraded: ${provenance.degraded.join(', ')}` : ''
    return { requestId, list: items.map(({ itemId }) => this.itemOf.get(itemId)).filter((item) => item !== undefined) }
  }

  /** What every policy's list would be worth to this visitor, now. */
  private compare(visit: Visit, freshet: readonly WorldItem[]): void {
    const { world } = this.scope
    const taste = world.taste(visit.user, visit.timeMs)
    const bounds: ListBounds = { limit: LIMIT, owned: this.owned[visit.user] ?? new Set() }
    const popularity = this.popularity.list(bounds)
    const lists = { freshet, popularity, random: randomList(world, visit.number, bounds), oracle: oracleList(world, taste, bounds) }
    for (const policy of POLICIES) this.ctr[policy].add(expectedCtr(lists[policy], taste), visit.timeMs)
  }

  /** What happened, to ingest; clicks are followed until an answer knows them. */
  private async tell(events: readonly Event[]): Promise<void> {
    if (events.length === 0) return
    const { acknowledgements } = await call(this.scope.ingest, 'append', { events: [...events] })
    acknowledgements.forEach(({ outcome }, i) => {
      if (outcome?.$case === 'rejected') this.trouble = outcome.rejected.message
      if (outcome?.$case !== 'accepted') return
      this.events++
      const { partition, offset } = outcome.accepted
      if (events[i]?.type === 'click') this.freshness.acknowledged(partition, offset, this.scope.clock.monotonicMs())
    })
  }
}

const eventOf = ({ item, ...event }: { userId: string; item: WorldItem; type: string; timeMs: number; requestId?: string }): Event =>
  Event.fromPartial({ ...event, itemId: item.id })
