/** The items that negatives are drawn from: all that a process knows, in no particular order. */
export class KnownItems {
  private readonly ids: string[] = []
  private readonly places = new Map<string, number>()

  get size(): number {
    return this.ids.length
  }

  /** The item at a place below {@link size}; places change when items leave. */
  at(place: number): string {
    return this.ids[place]
  }

  /** Adds an item, or takes it out. */
  set(id: string, known: boolean): void {
    const place = this.places.get(id)
    if (known === (place !== undefined)) return
    if (place === undefined) {
      this.places.set(id, this.ids.length)
      this.ids.push(id)
      return
    }
    const last = this.ids.pop() ?? id
    this.places.delete(id)
    if (last === id) return
    this.ids[place] = last
    this.places.set(last, place)
  }
}
