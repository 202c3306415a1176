import type { EpochRecord } from '@freshet/learner'

/** An epoch as people read it; a star marks what is better than all before. */
export function spellEpoch({ epoch, loss, validation, isBest }: EpochRecord): string {
  const figures = Object.entries(validation.figures).map(([name, value]) => `${name} ${value.toFixed(4)}`)
  return [`epoch ${epoch}`, `loss ${loss.toFixed(4)}`, ...figures].join(', ') + (isBest && figures.length > 0 ? ' *' : '')
}
