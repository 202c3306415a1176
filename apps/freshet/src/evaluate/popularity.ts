/** The baseline that every recommender is held against: what most have liked so far. */
export class Popularity {
  private readonly counts = new Map<string, number>()

  count(itemId: string): void {
    this.counts.set(itemId, (this.counts.get(itemId) ?? 0) + 1)
  }

  of(itemId: string): number {
    return this.counts.get(itemId) ?? 0
  }

  /**
   * Where an item stands among the candidates, the most liked first, from 0; ties by who came first.
   *
   * cost    one pass over what has ever been liked
   */
  placeOf(itemId: string, isCandidate: (itemId: string) => boolean): number {
    const wanted = this.of(itemId)
    if (wanted === 0) return -1
    let place = 0
    let isBefore = true
    for (const [other, count] of this.counts) {
      if (other === itemId) isBefore = false
      else if ((count > wanted || (count === wanted && isBefore)) && isCandidate(other)) place++
    }
    return place
  }
}
