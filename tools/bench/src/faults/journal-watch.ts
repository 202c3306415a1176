import type { EventLog } from '@freshet/event-log'
import { type FoldedRecord, readJournal } from '@freshet/follow'
import { type Clock, UnavailableError } from '@freshet/kernel'
import type { FleetService } from '@freshet/testing'

/** Tells of a record of the journal whether it is the one that somebody waits for. */
export type IsAwaited = (folded: FoldedRecord) => boolean

interface Waiter {
  readonly isAwaited: IsAwaited
  readonly resolve: (seenMs: number) => void
}

const RETRY_MS = 50
const PATIENCE_MS = 300_000 // what takes so long is no matter of a busy machine

/** The journal as it grows, through whatever happens to the log: who owns the model set, and when something came. */
export class JournalWatch implements AsyncDisposable {
  /** The trainer's name in the journal; empty before the first record. */
  owner = ''
  private waiting: Waiter[] = []
  private readonly over = new AbortController()
  private readonly watching: Promise<void>

  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
  ) {
    this.watching = this.watch()
  }

  /** The process of the owner: a trainer's name is its setting and, after a dash, the name of this start. */
  get ownerService(): FleetService {
    return this.owner.startsWith('standby-') ? 'standby' : 'trainer'
  }

  /** The process of the trainer that is not the owner. */
  get followerService(): FleetService {
    return this.ownerService === 'standby' ? 'trainer' : 'standby'
  }

  /** Resolves with the moment at which the first record that is seen from now on and is awaited was seen. Throws UnavailableError after five minutes. */
  async seen(what: string, isAwaited: IsAwaited): Promise<number> {
    const patience = new AbortController()
    const late = this.clock.sleep(PATIENCE_MS, patience.signal).then(() => {
      if (!patience.signal.aborted)
        throw new UnavailableError(`the journal, which should bring ${what},`, `it did not within ${PATIENCE_MS} ms`)
      return 0
    })
    try {
      return await Promise.race([late, new Promise<number>((resolve) => this.waiting.push({ isAwaited, resolve }))])
    } finally {
      patience.abort()
    }
  }

  /** As {@link seen}: a valid cut of somebody else than `owner`. */
  stepOfOther(owner: string): Promise<number> {
    return this.seen(`a step of another owner than ${owner}`, ({ record, verdict }) => {
      return verdict === 'valid' && record.record?.$case === 'cut' && record.owner !== owner
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over.abort()
    await this.watching
  }

  private async watch(): Promise<void> {
    const { signal } = this.over
    let [next, state]: [number, FoldedRecord['state'] | undefined] = [0, undefined]
    while (!signal.aborted) {
      try {
        for await (const folded of readJournal(this.log, next, { signal, state })) {
          ;[next, state] = [folded.offset + 1, folded.state]
          this.owner = folded.state.owner
          this.tell(folded)
        }
      } catch {
        await this.clock.sleep(RETRY_MS, signal) // a log that is away comes back: nothing is lost of what is read from a place on
      }
    }
  }

  private tell(folded: FoldedRecord): void {
    const seenMs = this.clock.monotonicMs()
    const awaited = this.waiting.filter(({ isAwaited }) => isAwaited(folded))
    this.waiting = this.waiting.filter((waiter) => !awaited.includes(waiter))
    for (const { resolve } of awaited) resolve(seenMs)
  }
}
