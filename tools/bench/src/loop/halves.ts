import type { Runtime } from '@freshet/service'
import { openTrainerOptions } from '@freshet/trainer-service'
import { EMPTY_SHELF, ProgressiveMetrics, replayTwin } from '@freshet/training'

type MetricsState = ReturnType<ProgressiveMetrics['serialise']>

/** The progressive AUC of the second half of `labels` real labels: the journal is replayed from its first record, and what the first half counted is taken off. */
export async function aucOfLastHalf(runtime: Runtime, labels: number): Promise<number> {
  const options = await openTrainerOptions(runtime, { id: 'halves', onNotice: () => undefined })
  let half: MetricsState | undefined
  let whole: ProgressiveMetrics | undefined
  await replayTwin({
    ...options,
    shelf: EMPTY_SHELF,
    onStep: (_step, _until, metrics) => {
      whole = metrics
      if (!half && metrics.read().labels >= labels / 2) half = copyOf(metrics.serialise())
    },
  })
  return whole && half ? new ProgressiveMetrics(difference(whole.serialise(), half)).read().auc : NaN
}

const copyOf = ({ positives, negatives, sums }: MetricsState): MetricsState => ({
  positives: positives.slice(),
  negatives: negatives.slice(),
  sums: sums.slice(),
})

/** What was counted since. */
export const difference = (whole: MetricsState, before: MetricsState): MetricsState => ({
  positives: whole.positives.map((count, bin) => count - before.positives[bin]),
  negatives: whole.negatives.map((count, bin) => count - before.negatives[bin]),
  sums: whole.sums.map((sum, i) => sum - before.sums[i]),
})
