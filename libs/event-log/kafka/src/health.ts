import type { LogHealth } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import { meaningOf } from './failures'

/**
 * What is known of the cluster: the outcome of the last request, whether it takes what is appended, and what its settings leave to be desired. A cluster
 * that has too few replicas answers every question, and acknowledges nothing: so only an append undoes what an append has met.
 */
export class HealthRecord {
  private reason: string | undefined
  private refusal: string | undefined
  private refusedMs = 0
  private isServing = true
  private sinceMs: number
  private lastMs: number
  private answeredMs: number
  private readonly warnings = new Set<string>()

  constructor(
    private readonly clock: Clock,
    private readonly brokers: string,
  ) {
    this.sinceMs = clock.nowMs()
    this.lastMs = this.answeredMs = clock.monotonicMs()
  }

  succeeded(): void {
    this.answeredMs = this.clock.monotonicMs()
    this.turn(undefined)
  }

  failed(error: unknown): void {
    this.turn(meaningOf(error, this.brokers).message)
  }

  /** An append was acknowledged. */
  wrote(): void {
    this.refusal = undefined
    this.settle()
  }

  /** An append was not, and is tried again. */
  couldNotWrite(error: unknown): void {
    this.refusal = meaningOf(error, this.brokers).message
    this.refusedMs = this.clock.monotonicMs()
    this.settle()
  }

  warn(warning: string): void {
    this.warnings.add(warning)
  }

  /** How long nothing has been heard of the cluster. */
  get silentMs(): number {
    return this.clock.monotonicMs() - this.lastMs
  }

  /** How long ago the cluster last did what it was asked; before it ever did, how long it has been known. */
  get unansweredMs(): number {
    return this.clock.monotonicMs() - this.answeredMs
  }

  get report(): LogHealth {
    const reason = this.settle()
    const { isServing, sinceMs, unansweredMs } = this
    return { isServing, reason, sinceMs, unansweredMs, warnings: [...this.warnings] }
  }

  private turn(reason: string | undefined): void {
    this.lastMs = this.clock.monotonicMs()
    this.reason = reason
    this.settle()
  }

  /** What is wrong, if anything. Where nobody has appended for a while, nobody knows whether it would be refused still. */
  private settle(): string | undefined {
    if (this.clock.monotonicMs() - this.refusedMs > REFUSED_MS) this.refusal = undefined
    const wrong = this.refusal ?? this.reason
    if ((wrong === undefined) !== this.isServing) this.sinceMs = this.clock.nowMs()
    this.isServing = wrong === undefined
    return wrong
  }
}

/** Asks something of the cluster whenever nothing has been heard of it for a while, until `closed`: so that health is never old. */
export async function keepAsking(health: HealthRecord, { clock, closed, ask }: KeepAsking): Promise<void> {
  while (!closed.aborted) {
    await clock.sleep(ASK_EVERY_MS, closed)
    if (closed.aborted || health.silentMs < ASK_EVERY_MS) continue
    await ask().then(
      () => health.succeeded(),
      (error: unknown) => health.failed(error),
    )
  }
}

/** How a cluster is kept in sight. */
export interface KeepAsking {
  readonly clock: Clock
  readonly closed: AbortSignal
  readonly ask: () => Promise<void>
}

const ASK_EVERY_MS = 2000
const REFUSED_MS = 15_000 // whoever appends tries again within seconds
