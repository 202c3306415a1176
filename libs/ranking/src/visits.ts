import { actorOf, userPart, type Dictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import type { Degradation, Provenance } from './answer'
import type { ItemIndex } from './item-index'
import { acceptUser, type UserQuery } from './request'
import type { Asker } from './scorer'
import type { ModelStamp, ServingModel } from './serving-model'
import type { UserReading, UserSource } from './user-reader'

/** What a visit is opened from. */
export interface VisitOptions {
  readonly dictionary: Dictionary
  readonly model: ServingModel
  readonly index: ItemIndex
  readonly users: UserSource
  readonly clock: Clock
  /** By partition: the next offset of `events` that the items' features do not contain. */
  readonly itemPositions?: () => readonly number[]
  /** What keeps the background from being whole at this moment. */
  readonly health?: () => readonly Degradation[]
}

/** One request while it is answered: who asks, and what the answer will be made of. */
export interface Visit {
  readonly asker: Asker
  readonly stamp: ModelStamp
  readonly degraded: Set<Degradation>
  readonly reading: UserReading | undefined
}

/** Opens visits, and says where their answers come from. */
export class Visits {
  constructor(private readonly options: VisitOptions) {}

  /** Reads who asks. A store that does not answer makes the answer less personal, not late. */
  async open(query: UserQuery): Promise<Visit> {
    acceptUser(query)
    const { dictionary, users, clock, model } = this.options
    const degraded = this.health()
    const actor = actorOf(query)
    const reading = await users.read(actor).catch(() => {
      degraded.add('features-unavailable')
      return undefined
    })
    const nowMs = clock.nowMs()
    const part = userPart(dictionary, reading?.state, { userId: actor, nowMs })
    return { asker: { actor, state: reading?.state, part, context: query.context, nowMs }, stamp: model.stamp(), degraded, reading }
  }

  provenance({ stamp, degraded, reading }: Omit<Visit, 'asker'>): Provenance {
    const { rowStep, denseStep, contains } = stamp
    const features = [...(this.options.itemPositions?.() ?? contains.map(() => 0))]
    if (reading !== undefined) features[reading.partition] = reading.position
    return { modelVersion: { rowStep, denseStep }, contains: [...contains], features, degraded: [...degraded] }
  }

  provenanceNow(): Provenance {
    return this.provenance({ stamp: this.options.model.stamp(), degraded: this.health(), reading: undefined })
  }

  private health(): Set<Degradation> {
    const { model, index, health } = this.options
    const reasons = new Set<Degradation>(health?.())
    if (!model.isTrained) reasons.add('no-model')
    if (index.size === 0) reasons.add('no-items')
    return reasons
  }
}
