import { UserState } from '@freshet/contracts'
import { userKey } from '@freshet/features'
import { partitionOf, UnavailableError, type Clock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'

/** What is known of a user at this moment. */
export interface UserReading {
  readonly state: UserState | undefined
  /** The user's partition of `events`, and the next offset of it that the state does not contain. */
  readonly partition: number
  readonly position: number
}

/** Where the features of users come from. */
export interface UserSource {
  /** `actor` is the user's id or, where none is given, the session's (see `actorOf`). */
  read(actor: string): Promise<UserReading>
}

/** Reads users from the online store, waiting at most `deadlineMs`. */
export function readUsers(store: Pick<OnlineStore, 'positions' | 'read'>, options: UserReaderOptions): UserSource {
  const { partitions, clock, deadlineMs } = options
  const readStore = async (actor: string): Promise<UserReading> => {
    const partition = partitionOf(actor, partitions)
    const { events } = await store.positions(partition) // before the state, so that the state contains at least what it says
    const [value] = await store.read(partition, [userKey(actor)])
    return { state: value && UserState.decode(value), partition, position: events }
  }
  return {
    async read(actor) {
      const waiting = new AbortController()
      try {
        const reading = await Promise.race([readStore(actor), clock.sleep(deadlineMs, waiting.signal)])
        if (reading !== undefined) return reading
      } finally {
        waiting.abort(ANSWERED)
      }
      throw new UnavailableError(`the online store (no answer within ${deadlineMs} ms)`, 'look after the store; answers go on without it')
    },
  }
}

const ANSWERED = 'the store has answered' // a reason: an abort without one makes an error each time, with its stack

/** What bounds a read. */
export interface UserReaderOptions {
  readonly partitions: number
  readonly clock: Clock
  readonly deadlineMs: number
}
