import { FreshetError } from '@freshet/kernel'

/** How much of what a caller waits for stands in front of each stage. */
export interface Owed {
  /** Events that ingest has not accepted. */
  readonly unaccepted: number
  /** Events that are not folded into features. */
  readonly unfolded: number
  /** Whether all that they completed is published. */
  readonly isPublished: boolean
  /** Records of `examples` that are not learned. */
  readonly unlearned: number
}

/** Nothing moves that somebody waits for. */
class StandstillError extends FreshetError {
  override readonly name = 'StandstillError'
  readonly code = 'DEADLINE_EXCEEDED'
  readonly retryable = true

  constructor(
    readonly owed: Owed,
    readonly sinceMs: number,
  ) {
    super(`training has not come further for ${Math.round(sinceMs / 1000)} s: ${reasonOf(owed)}`)
  }
}

/** Watches whether anything moves; throws StandstillError when nothing has for `patienceMs`. */
export function createWatch(patienceMs: number): (owed: Owed, step: number, nowMs: number) => void {
  let last = ''
  let movedMs = 0
  return (owed, step, nowMs) => {
    const { unaccepted, unfolded, isPublished } = owed
    const seen = [unaccepted, unfolded, isPublished, step].join() // what comes in behind moves what is unlearned, and helps nobody
    if (seen !== last) movedMs = nowMs
    last = seen
    if (nowMs - movedMs >= patienceMs) throw new StandstillError(owed, nowMs - movedMs)
  }
}

/** The first stage that has something to do, and what to look at. */
function reasonOf({ unaccepted, unfolded, isPublished, unlearned }: Owed): string {
  if (unaccepted > 0)
    return `${unaccepted} events below 'until' were never accepted; give the ends that CloseReplay or GetStatus of ingest says`
  if (unfolded > 0) return `${unfolded} events are not folded into features; start the feature store, or see 'freshet status'`
  if (!isPublished) return "what the events completed is not published; start the feature store, or see 'freshet status'"
  return `${unlearned} records of examples are not learned; see by 'freshet status' which trainer owns the model set`
}
