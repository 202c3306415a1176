import { digestState } from './learner-state'
import type { FoldedRecord } from './journal-desk'
import type { ProgressiveMetrics } from './progressive-metrics'
import { Replay } from './replay'
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
  const { until = Infinity, onStep } = options
  const first = state.step
  const replay = new Replay(line, ({ step }) => onStep?.(step, options.until ?? line.desk.state.step, state.metrics))
  for (let records = await line.desk.readOn(); records.length > 0 && state.step < until; records = await line.desk.readOn()) {
    for (const folded of records) if (state.step < until && !isResultBeyond(folded, until)) await replay.obey(folded)
    if (records.some((folded) => isResultBeyond(folded, until))) break
  }
  await replay.finish(until)
  const from = line.opened.version?.name ?? ''
  const outcome = { from, step: state.step, steps: state.step - first, digest: digestState(state), rows: state.table.size }
  await line.learner.close()
  return outcome
}

/** Whether a cut up to `until` is void stands before the result that covers it. */
const isResultBeyond = ({ record: { record }, isValid }: FoldedRecord, until: number): boolean =>
  isValid && record?.$case === 'result' && record.result.toStep > until
