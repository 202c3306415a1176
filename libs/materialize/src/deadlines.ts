/** Something that ends by itself when the watermark reaches a time. */
export interface Deadline {
  readonly key: string
  readonly atMs: number
  /** The record that it came with: breaks ties; of one record, the keys do. */
  readonly offset: number
  /** How much work its end is; 1 unless given. */
  readonly weight?: number
}

/** Deadlines in the order in which they are due. They mostly arrive in that order, so insertion looks from the end. */
export class Deadlines {
  private readonly queue: Deadline[] = []

  add(deadline: Deadline): void {
    let at = this.queue.length
    while (at > 0 && isDueBefore(deadline, this.queue[at - 1])) at--
    this.queue.splice(at, 0, deadline)
  }

  /** Those that are due by `watermarkMs`, in order, until they weigh `weightMax`; they stay. */
  due(watermarkMs: number, weightMax = Infinity): readonly Deadline[] {
    let [end, weight] = [0, 0]
    while (end < this.queue.length && this.queue[end].atMs <= watermarkMs && weight < weightMax) weight += this.queue[end++].weight ?? 1
    return this.queue.slice(0, end)
  }

  /** Takes one out before it is due. */
  remove(key: string): void {
    const at = this.queue.findIndex((deadline) => deadline.key === key)
    if (at >= 0) this.queue.splice(at, 1)
  }

  /** Takes out what {@link due} gives. */
  take(watermarkMs: number, weightMax = Infinity): readonly Deadline[] {
    return this.queue.splice(0, this.due(watermarkMs, weightMax).length)
  }
}

function isDueBefore(a: Deadline, b: Deadline): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs
  return a.offset < b.offset || (a.offset === b.offset && a.key < b.key)
}
