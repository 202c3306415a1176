import type { FoldState, Forgotten } from '@freshet/contracts'
import { hash64 } from '@freshet/kernel'

/** Who was forgotten within the last day, and when: what left somebody's history before that, and arrives after it, is let go. */
export class ForgottenActors {
  private readonly places = new Map<string, Forgotten>()

  constructor(private readonly state: Pick<FoldState, 'forgotten'>) {
    for (const each of state.forgotten) this.places.set(keyOf(each), each)
  }

  add(actor: string, acceptedMs: number): void {
    const { lo, hi } = hash64(actor)
    const known = this.places.get(keyOf({ lo, hi }))
    if (known) known.acceptedMs = Math.max(known.acceptedMs, acceptedMs)
    else {
      const forgotten = { lo, hi, acceptedMs }
      this.places.set(keyOf(forgotten), forgotten)
      this.state.forgotten.push(forgotten)
    }
  }

  /** Whether the actor was forgotten at this moment or later. */
  since(actor: string, timeMs: number): boolean {
    return this.places.size > 0 && (this.places.get(keyOf(hash64(actor)))?.acceptedMs ?? -Infinity) >= timeMs
  }

  /** What is on its way is so for seconds; after a day nobody needs to know who was forgotten. */
  advance(watermarkMs: number): void {
    const { state, places } = this
    const isPast = ({ acceptedMs }: Forgotten): boolean => acceptedMs < watermarkMs - DAY_MS
    if (state.forgotten.length === 0 || !isPast(state.forgotten[0])) return
    for (const each of state.forgotten) if (isPast(each)) places.delete(keyOf(each))
    state.forgotten = state.forgotten.filter((each) => !isPast(each))
  }
}

const DAY_MS = 86_400_000

const keyOf = ({ lo, hi }: Pick<Forgotten, 'lo' | 'hi'>): string => `${hi}:${lo}`
