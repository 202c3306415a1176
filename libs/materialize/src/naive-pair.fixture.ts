import type { PairCounts } from '@freshet/contracts'
import type { Declared, NaiveDeed } from './naive-lists.fixture'

interface PairDeed extends NaiveDeed {
  /** Its value is remembered: it is among the last eight that say whether they consumed, or stood in a sequence. */
  readonly isKnown: boolean
}

/** What a user did to an item, as a list without what was taken back. */
export class NaivePair {
  constructor(
    readonly left: readonly PairDeed[] = [],
    readonly lastMs = 0,
    readonly consumed = false,
  ) {}

  with(declared: Declared, deed: NaiveDeed): NaivePair {
    const left = lastEightKnown([...this.left, { ...deed, isKnown: isJudging(declared, deed.type) }])
    return new NaivePair(left, Math.max(this.lastMs, deed.timeMs), this.consumed || doesConsume(declared, deed))
  }

  /** What was done elsewhere: of both, the judgements of whom was seen last are the newer ones. */
  and(other: NaivePair): NaivePair {
    const left = this.lastMs <= other.lastMs ? [...this.left, ...other.left] : [...other.left, ...this.left]
    return new NaivePair(lastEightKnown(left), Math.max(this.lastMs, other.lastMs), this.consumed || other.consumed)
  }

  /** Without the last deed of a type, and that deed. */
  without(declared: Declared, type: string): [NaivePair, PairDeed] | undefined {
    const taken = this.left.findLast((deed) => deed.type === type)
    if (taken === undefined) return undefined
    const left = this.left.filter((deed) => deed !== taken)
    const frees = declared.events[type].consumes && !left.some((deed) => mayConsume(declared, deed))
    return [new NaivePair(left, this.lastMs, this.consumed && !frees), taken]
  }

  message({ events }: Declared): PairCounts {
    const types = Object.keys(events)
    return {
      counts: types.map((type) => this.left.filter((deed) => deed.type === type).length),
      lastMs: this.lastMs,
      consumed: this.consumed,
      judgements: this.left.flatMap(({ type, value, isKnown }) => (isKnown ? [{ type: types.indexOf(type), value }] : [])),
    }
  }
}

/** What is known of a type's events is enough to say that one consumed: always, by its value, or not any more. */
function mayConsume(declared: Declared, deed: PairDeed): boolean {
  const { label, consumes } = declared.events[deed.type]
  return doesConsume(declared, deed) || (consumes && typeof label === 'object' && !deed.isKnown)
}

function doesConsume({ events }: Declared, { type, value }: NaiveDeed): boolean {
  const { label, consumes } = events[type]
  return (
    consumes &&
    (label === 'positive' || label === 'negative' || (typeof label === 'object' && value !== undefined && value >= label.atLeast))
  )
}

/** Where anything is ever taken back: types that consume by their value, and those taken back that stand in sequences by it. */
function isJudging({ events, user }: Declared, type: string): boolean {
  const taken = Object.values(events).flatMap(({ corrects = [] }) => corrects)
  const stands = user.some(
    (each) => each.kind === 'sequence' && each.events.includes(type) && (each.atLeast !== undefined || each.below !== undefined),
  )
  return taken.length > 0 && ((events[type].consumes && typeof events[type].label === 'object') || (stands && taken.includes(type)))
}

function lastEightKnown(deeds: readonly PairDeed[]): PairDeed[] {
  const known = deeds.filter(({ isKnown }) => isKnown).slice(-8)
  return deeds.map((deed) => (deed.isKnown && !known.includes(deed) ? { ...deed, isKnown: false } : deed))
}
