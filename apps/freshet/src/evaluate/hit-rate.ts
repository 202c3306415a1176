/** How good lists were: one trial a wanted item. */
export interface ListQuality {
  readonly trials: number
  /** The share of trials whose item stood in the list. */
  readonly hitRate: number
  /** math  mean of 1 / log₂(rank + 1), rank from 1; 0 for a miss */
  readonly ndcg: number
}

/** Adds up the trials of one way to make lists. */
export class HitRate {
  private trials = 0
  private hits = 0
  private gain = 0

  /** Counts a trial by the place of the wanted item, from 0; -1 where the list lacks it. */
  count(place: number): void {
    this.trials++
    if (place < 0) return
    this.hits++
    this.gain += 1 / Math.log2(place + 2)
  }

  /** Counts a trial of lists that are drawn at random from `candidates` items, by what is to be expected of them. */
  countRandom(candidates: number, limit: number): void {
    this.trials++
    const length = Math.min(limit, candidates)
    this.hits += length / candidates
    for (let place = 0; place < length; place++) this.gain += 1 / Math.log2(place + 2) / candidates
  }

  read(): ListQuality {
    return { trials: this.trials, hitRate: this.hits / this.trials, ndcg: this.gain / this.trials }
  }
}
