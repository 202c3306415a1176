import type { ItemState, UserState } from '@freshet/contracts'
import type { Dictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import { type MemoryRanker, openMemoryRanker } from '@freshet/ranking'
import type { CompileGraph } from '@freshet/tensor'
import type { Learned, Learning } from './learning'

const DENSE_EVERY_STEPS = 8 // about as often as a ranker has rebuilt its vectors for new dense parameters
const FACTS = { sessionId: '', surface: '', rules: undefined, explain: false, dryRun: true, includeSeen: false }

/** What serving is made from. */
export interface ServingParts {
  readonly dictionary: Dictionary
  readonly learning: Learning
  readonly compile: CompileGraph
  readonly userState: (userId: string) => UserState | undefined
}

/** A list that is asked for. */
export interface ListQuery {
  readonly userId: string
  readonly context: Readonly<Record<string, string>>
  readonly nowMs: number
  readonly limit: number
}

/** A ranker that follows the learner in this process, at the moment of the history that is being replayed. */
export class Serving {
  private denseStep = -DENSE_EVERY_STEPS

  private constructor(
    private readonly ranker: MemoryRanker,
    private readonly moment: { nowMs: number },
    private readonly learning: Learning,
  ) {}

  static async open({ dictionary, learning, compile, userState }: ServingParts): Promise<Serving> {
    const moment = { nowMs: 0 }
    const clock: Clock = { nowMs: () => moment.nowMs, monotonicMs: () => 0, sleep: () => Promise.resolve() }
    const { modelSet, table } = learning
    const ranker = await openMemoryRanker({ dictionary, modelSet, compile, table, clock, partitions: 1, userState })
    return new Serving(ranker, moment, learning)
  }

  /** How many items are known. */
  get items(): number {
    return this.ranker.index.size
  }

  /** True for an item that can stand in a list. */
  isKnown(itemId: string): boolean {
    return this.ranker.index.find(itemId) !== undefined
  }

  /** An item as it now is. */
  upsert(itemId: string, state: ItemState | undefined, nowMs: number): void {
    this.moment.nowMs = nowMs
    this.ranker.index.upsert(itemId, state, nowMs)
  }

  /** Follows what a cut did. */
  learned({ touched: pairs, touchedCount: count }: Learned): void {
    const { step, dense } = this.learning
    this.ranker.learned({ step, dense, pairs, count, contains: [] })
  }

  /** The first items of the user's list at this moment. */
  async listFor({ userId, context, nowMs, limit }: ListQuery): Promise<string[]> {
    this.moment.nowMs = nowMs
    await this.catchUp()
    const { items } = await this.ranker.recommend({ ...FACTS, userId, limit, context })
    return items.map(({ itemId }) => itemId)
  }

  private async catchUp(): Promise<void> {
    if (this.learning.step - this.denseStep < DENSE_EVERY_STEPS) return this.ranker.renewChanged()
    this.denseStep = this.learning.step
    this.learned({ touched: new Uint32Array(0), touchedCount: 0 })
    return this.ranker.refresh()
  }
}
