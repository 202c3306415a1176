import { HEARTBEATS_MISSED_MAX } from './settings'

/** How often a standby looks, in heartbeats: half of one, so that a single late wake counts for little. */
const LOOKS_PER_HEARTBEAT = 2
/** An owner whose records came with gaps of late is given this many of the longest before it counts as silent. */
const GAPS_GRANTED = 3
/** But never more than this many heartbeats: the model set is taken over within two seconds by default. */
const HEARTBEATS_GRANTED_MAX = 6
/** What is left of the longest gap with each record that comes: 1 / 8 is forgotten. */
const GAP_KEPT = 7 / 8

/**
 * How long an owner has been silent, by what a standby could itself observe.
 *
 * A standby that was held up, by a busy machine or because it was stopped, has seen nothing meanwhile, so that time is nobody's
 * silence: between two looks at the journal's end at most the time that was meant to lie between them counts. And an owner that
 * has been slow of late, since its steps are long or its machine is busy, is given longer.
 *
 * math    silence = Σ min(time since the look before, heartbeat / 2)
 *         limit   = max(4 heartbeats, min(3 × longest gap of late, 6 heartbeats))
 */
export class Silence {
  private readonly lookEveryMs: number
  private silentMs = 0
  private longestMs = 0

  constructor(
    private readonly heartbeatMs: number,
    private lookedMs: number,
  ) {
    this.lookEveryMs = heartbeatMs / LOOKS_PER_HEARTBEAT
  }

  /** A valid record of the owner was read. */
  heard(nowMs: number): void {
    this.longestMs = Math.max(this.silentMs, this.longestMs * GAP_KEPT)
    this.silentMs = 0
    this.lookedMs = nowMs
  }

  /** The journal was read to its end, and nothing was new. */
  looked(nowMs: number): void {
    this.silentMs += Math.min(nowMs - this.lookedMs, this.lookEveryMs)
    this.lookedMs = nowMs
  }

  /** True when the owner may be taken for dead. */
  get isOver(): boolean {
    return this.silentMs >= this.limitMs
  }

  /** When to look next, at the latest. */
  get untilLookMs(): number {
    return Math.min(this.lookEveryMs, Math.max(0, this.limitMs - this.silentMs))
  }

  private get limitMs(): number {
    const granted = Math.min(GAPS_GRANTED * this.longestMs, HEARTBEATS_GRANTED_MAX * this.heartbeatMs)
    return Math.max(HEARTBEATS_MISSED_MAX * this.heartbeatMs, granted)
  }
}
