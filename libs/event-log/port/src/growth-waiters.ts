import { setMaxListeners } from 'node:events'

/** Those who wait for one partition to grow: an adapter tells how far it has, and they go. */
export class GrowthWaiters {
  private readonly waiting = new Set<Waiter>()

  /** How many wait. */
  get size(): number {
    return this.waiting.size
  }

  /** Resolves once {@link reached} says more than `offset`, `signal` aborts, or all are released. */
  wait(offset: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.waiting.delete(waiter)
        signal.removeEventListener('abort', go)
        resolve()
      }
      const waiter: Waiter = { offset, go }
      this.waiting.add(waiter)
      setMaxListeners(0, signal) // one signal ends the waits for all partitions of a service
      signal.addEventListener('abort', go)
      if (signal.aborted) go()
    })
  }

  /** The partition's next offset is `next`. */
  reached(next: number): void {
    for (const { offset, go } of this.waiting) if (offset < next) go()
  }

  /** The log is closed: nobody needs to wait any longer. */
  release(): void {
    for (const { go } of this.waiting) go()
  }
}

interface Waiter {
  readonly offset: number
  readonly go: () => void
}
