/**
 * Lets answers begin one after the other, each in a turn of the event loop of its own.
 *
 * An answer occupies the thread for milliseconds. Where many wait, whatever else the process does (reading the journal, acknowledging events in the
 * all-in-one) would otherwise have its turn only after all of them.
 */
export class Turns {
  private last: Promise<void> = Promise.resolve()

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    this.last = this.last.then(() => new Promise((resolve) => setImmediate(resolve)))
    return this.last
  }
}
