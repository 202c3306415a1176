import { digestState } from './learner-state'
import type { ProgressiveMetrics } from './progressive-metrics'
import { type LineOptions, TrainingLine } from './training-line'

/** What a twin came to. */
export interface TwinOutcome {
  /** The version that it began from; empty: the genesis record. */
  readonly from: string
  readonly step: number
  readonly steps: number
  readonly digest: string
  readonly rows: number
}

/** Where a twin begins and ends. */
export interface TwinOptions extends LineOptions {
  /** The last step to execute; default: all that is durable. */
  readonly until?: number
  /** Told after each step; `metrics` are the state's own, and go on. */
  readonly onStep?: (step: number, until: number, metrics: ProgressiveMetrics) => void
}

/**
 * Rebuilds the state as a fresh follower by replay and says its SHA-256.
 *
 * It writes nothing: the journal, the examples and one version are all it needs. Throws DivergedError where a result
 * contradicts what the twin computed.
 */
export async function replayTwin(options: TwinOptions): Promise<TwinOutcome> {
  const line = await TrainingLine.open(options)
  const { state } = line.learner
  const first = state.step
  for (
    let records = await line.desk.readOn();
    records.length > 0 && !isThere(state.step, options.until);
    records = await line.desk.readOn()
  ) {
    for (const { record, isValid } of records) {
      if (!isValid) continue
      if (record.record?.$case === 'cut' && !isThere(state.step, options.until)) {
        await line.execute(record.record.cut)
        options.onStep?.(state.step, options.until ?? line.desk.state.step, state.metrics)
      }
      if (record.record?.$case === 'result') line.check(record.record.result)
    }
  }
  return {
    from: line.opened.version?.name ?? '',
    step: state.step,
    steps: state.step - first,
    digest: digestState(state),
    rows: state.table.size,
  }
}

const isThere = (step: number, until: number | undefined): boolean => until !== undefined && step >= until
