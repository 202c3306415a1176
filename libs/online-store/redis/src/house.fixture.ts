import { UnavailableError } from '@freshet/kernel'
import type { Commit, OnlineStore, PositionVector } from '@freshet/online-store'

/** A vector that has come so far in events. */
export const at = (events: number): PositionVector => ({ events, touches: 0, catalog: 0 })

/** The bytes of a text. */
export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

/** A commit from `events` on that writes its number twice, and once into the outbox. */
export const numbered = (events: number): Commit => ({
  expect: at(events),
  next: at(events + 1),
  puts: ['u:a', 'u:b'].map((key) => ({ key, value: bytes(`${events + 1}`) })),
  outbox: [{ to: { topic: 'examples', partition: 0 }, key: `${events + 1}`, value: bytes('') }],
  publishedBelow: 0,
})

/** Asks again for as long as the answer is UnavailableError. */
export async function whenBack<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (failure) {
      if (!(failure instanceof UnavailableError)) throw failure
      await new Promise(setImmediate)
    }
  }
}

/** Commits one after the other until one fails; how many were answered, and by what the last one failed. */
export async function commitUntilFailure(store: OnlineStore, partition: number): Promise<{ answered: number; failure: unknown }> {
  for (let answered = (await store.positions(partition)).events; ; answered++) {
    try {
      await store.commit(partition, numbered(answered))
    } catch (failure) {
      return { answered, failure }
    }
  }
}
