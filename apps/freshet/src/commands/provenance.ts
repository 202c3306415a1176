import type { ranker } from '@freshet/contracts/services'
import { count, table } from '../terminal'

/** A ranked list for people, with what it was made of. */
export function listText(items: readonly ranker.RankedItem[], provenance: ranker.Provenance | undefined): string {
  const rows = items.map(({ itemId, score, source, explanation }, i) => [
    String(i + 1),
    itemId,
    score.toFixed(4),
    source,
    ...(explanation ? [explained(explanation)] : []),
  ])
  const list =
    rows.length > 0 ? table([['#', 'item', 'score', 'source'], ...rows]) : 'nothing to recommend yet: send events, or import a data set'
  return `${list}\n\n${provenanceText(provenance)}`
}

function provenanceText(provenance: ranker.Provenance | undefined): string {
  if (!provenance) return ''
  const { modelVersion, contains, degraded } = provenance
  const model = `model: rows at step ${count(modelVersion?.rowStep ?? 0)}, dense at step ${count(modelVersion?.denseStep ?? 0)}; contains events up to [${contains.join(' ')}]`
  return degraded.length > 0 ? `${model}\ndegraded: ${degraded.join('; ')}` : model
}

function explained({ recallScore, clickProbability, boost, features }: ranker.Explanation): string {
  const strongest = Object.entries(features)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .slice(0, FEATURES_SHOWN_MAX)
    .map(([name, value]) => `${name}=${value.toFixed(3)}`)
  return [
    `p=${clickProbability.toFixed(4)}`,
    `recall=${recallScore.toFixed(3)}`,
    ...(boost !== 1 ? [`boost=${boost}`] : []),
    ...strongest,
  ].join(' ')
}

const FEATURES_SHOWN_MAX = 4
