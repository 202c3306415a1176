import { isConsumed } from '@freshet/features'
import { NotFoundError } from '@freshet/kernel'
import type { ModelSet } from '@freshet/model'
import type { Answer, Prediction, PredictQuery, Provenance, RankAnswer, RankQuery, RecommendQuery, SimilarQuery } from './answer'
import { arrange, type Arrangement, type Scored } from './arrange'
import { findCandidates } from './candidates'
import { declaredDiversity } from './diversity'
import type { ExamplePack } from './example-pack'
import { explainer, type Explain } from './explain'
import { impressionOf, impressionType, type ImpressionSink } from './impressions'
import { ItemLists } from './item-lists'
import { similaritiesTo, type Candidates } from './recall'
import { acceptItemId, acceptItemIds, acceptLimit } from './request'
import { compileRules, type Rules } from './rules'
import { scoreCandidates } from './score'
import { Scorer, type Asker, type Likelihood } from './scorer'
import { topK } from './top-k'
import type { ServingGraphs } from './towers'
import { Visits, type Visit, type VisitOptions } from './visits'

/** What a recommender stands on. */
export interface RecommenderOptions extends VisitOptions {
  readonly modelSet: Pick<ModelSet, 'rankWidth' | 'partWidth'>
  readonly graphs: ServingGraphs
  readonly newRequestId: () => string
  /** Where impressions go; nowhere where left out. */
  readonly impressions?: ImpressionSink
}

/** Answers from what is in memory and one read of the user: recall, filter, score, arrange. */
export class Recommender {
  private readonly scorer: Scorer
  private readonly lists: ItemLists
  private readonly diversity: Arrangement['diversity']
  private readonly explain: Explain
  private readonly visits: Visits
  private readonly impressionType: string | undefined

  constructor(private readonly options: RecommenderOptions) {
    const { dictionary, index } = options
    this.scorer = new Scorer(options)
    this.lists = new ItemLists(index)
    this.diversity = declaredDiversity(dictionary, index)
    this.explain = explainer(dictionary.layout)
    this.visits = new Visits(options)
    this.impressionType = impressionType(dictionary)
  }

  /**
   * The list for a user at this moment.
   *
   * throws  InvalidFieldError where the request breaks a rule; never for what is missing behind it: then the answer says `degraded`
   */
  async recommend(query: RecommendQuery): Promise<Answer> {
    const limit = acceptLimit(query.limit)
    const rules = compileRules(query.rules)
    const visit = await this.visits.open(query)
    const likelihood = await this.likelihood(visit)
    const { index } = this.options
    const candidates = findCandidates(
      {
        ...{ index, limit, logits: likelihood?.logits, user: visit.asker.state },
        allowed: this.allowed(visit.asker, query.includeSeen),
        heads: this.lists.at(visit.asker.nowMs),
      },
      rules,
    )
    return this.answer(query, visit, { candidates, likelihood, rules, limit })
  }

  /** The caller's own candidates in the order of the model. Throws InvalidFieldError where the request breaks a rule. */
  async rank(query: RankQuery): Promise<RankAnswer> {
    const itemIds = [...new Set(acceptItemIds(query.itemIds))]
    const rules = compileRules(query.rules)
    const visit = await this.visits.open(query)
    const likelihood = await this.likelihood(visit)
    const { index } = this.options
    const unknownItemIds = itemIds.filter((itemId) => index.find(itemId) === undefined)
    const candidates: Candidates = new Map()
    for (const itemId of itemIds) {
      const at = index.find(itemId)
      if (at !== undefined && rules.keeps(index.facts(at))) candidates.set(at, rules.pins.includes(itemId) ? 'pinned' : 'given')
    }
    const answer = await this.answer(query, visit, { candidates, likelihood, rules, limit: itemIds.length })
    const last = unknownItemIds.map((itemId) => ({ itemId, score: 0, source: 'given' as const, explanation: undefined }))
    return { ...answer, items: [...answer.items, ...last], unknownItemIds }
  }

  /** Items whose vectors point the same way. Throws NotFoundError for an item that nobody knows. */
  async similar(query: SimilarQuery): Promise<Omit<Answer, 'requestId'>> {
    const { index, model, clock } = this.options
    const limit = acceptLimit(query.limit)
    const rules = compileRules(query.rules)
    const from = index.find(acceptItemId('item_id', query.itemId))
    if (from === undefined) throw new NotFoundError('item', query.itemId, 'upsert it, or send an event of it, before asking')
    const allowed = index.columns.available.slice(0, index.size)
    allowed[from] = 0
    if (rules.filters) for (let at = 0; at < index.size; at++) if (allowed[at] === 1 && !rules.keeps(index.facts(at))) allowed[at] = 0
    const similarities = model.isTrained ? similaritiesTo(index, [from]) : undefined
    const places = similarities
      ? topK(similarities, { k: limit, allowed })
      : this.lists
          .at(clock.nowMs())
          .popular.filter((at) => allowed[at] === 1)
          .subarray(0, limit)
    const source = similarities ? ('similar' as const) : ('popular' as const)
    const items = Array.from(places, (at) => ({ itemId: index.idOf(at), score: similarities?.[at] ?? 0, source, explanation: undefined }))
    return { items, provenance: this.visits.provenanceNow() }
  }

  /** The rank model's click probabilities, one for each item; of an unknown one, by its id and its situation alone. */
  async predict(query: PredictQuery): Promise<Prediction> {
    const itemIds = acceptItemIds(query.itemIds)
    const visit = await this.visits.open({ ...query, sessionId: '' })
    const pack = this.scorer.packIds(visit.asker, itemIds)
    try {
      const unknownItemIds = [...new Set(itemIds)].filter((itemId) => this.options.index.find(itemId) === undefined)
      const clickProbabilities = Array.from(await this.scorer.probabilities(pack))
      return { clickProbabilities, provenance: this.visits.provenance(visit), unknownItemIds }
    } finally {
      this.scorer.release(pack)
    }
  }

  /** Where an answer would come from now. */
  provenance(): Provenance {
    return this.visits.provenanceNow()
  }

  private async likelihood({ asker, degraded }: Visit): Promise<Likelihood | undefined> {
    if (!this.options.model.isTrained || degraded.has('no-vectors')) return undefined
    return this.scorer.likelihood(asker).catch(() => {
      degraded.add('model-failed')
      return undefined
    })
  }

  /** 1 where an item may be listed: available, and not consumed by this user. */
  private allowed({ state }: Asker, includeSeen: boolean): Uint8Array {
    const { index } = this.options
    const allowed = index.columns.available.slice(0, index.size)
    if (includeSeen || state === undefined) return allowed
    for (const itemId of Object.keys(state.items)) {
      const at = index.find(itemId)
      if (at !== undefined && isConsumed(state, itemId)) allowed[at] = 0
    }
    return allowed
  }

  private async answer(query: Omit<RecommendQuery, 'limit' | 'includeSeen'>, visit: Visit, listing: Listing): Promise<Answer> {
    const { candidates, likelihood, rules, limit } = listing
    const { index, dictionary } = this.options
    const pack = this.scorer.pack(visit.asker, [...candidates.keys()])
    try {
      const scored = await scoreCandidates(
        { index, candidates, likelihood, rules, recallWeight: dictionary.declared.arrange.recallWeight },
        () => this.probabilities(visit, pack),
      )
      const pins = rules.pins.map((itemId) => index.find(itemId)).filter((at) => at !== undefined)
      const list = arrange(scored, { limit, pins, diversity: this.diversity })
      const requestId = this.options.newRequestId()
      if (!query.dryRun) this.log(requestId, { query, visit, list, pack })
      const items = list.map((item) => ({
        itemId: index.idOf(item.at),
        score: Math.exp(item.logScore),
        source: item.source,
        explanation: query.explain ? this.explain(item, pack) : undefined,
      }))
      return { requestId, items, provenance: this.visits.provenance(visit) }
    } finally {
      this.scorer.release(pack)
    }
  }

  private async probabilities({ degraded }: Visit, pack: ExamplePack): Promise<Float32Array | undefined> {
    if (!this.options.model.isTrained) return undefined
    return this.scorer.probabilities(pack).catch(() => {
      degraded.add('model-failed')
      return undefined
    })
  }

  private log(requestId: string, { query, visit, list, pack }: Shown): void {
    const { impressions, dictionary, index } = this.options
    if (impressions === undefined || this.impressionType === undefined || list.length === 0) return
    const { userId, sessionId, surface, context } = query
    const items = list.map(({ at, b, logScore }) => ({ itemId: index.idOf(at), score: Math.exp(logScore), b }))
    const { part: user, nowMs: timeMs } = visit.asker
    const shown = { requestId, userId, sessionId, surface, context, timeMs, user, stamp: visit.stamp, items }
    impressions.offer(impressionOf(shown, pack, { type: this.impressionType, hash: dictionary.hash }))
  }
}

/** What an answer is made of. */
interface Listing {
  readonly candidates: Candidates
  readonly likelihood: Likelihood | undefined
  readonly rules: Rules
  readonly limit: number
}

interface Shown {
  readonly query: Omit<RecommendQuery, 'limit' | 'includeSeen'>
  readonly visit: Visit
  readonly list: readonly Scored[]
  readonly pack: ExamplePack
}
