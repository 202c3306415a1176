import { setTimeout as pause } from 'node:timers/promises'
import type { Event } from '@freshet/contracts'
import { UnavailableError } from '@freshet/kernel'
import type { Clients } from './house.fixture'
import { acknowledgements, clicks, type Place } from './shop.fixture'

const BATCH = 20
const EVERY_MS = 50
const AGAIN_MS = 100
const PATIENCE_MS = 30_000

/** A stream of clicks that goes on through failures: what was not acknowledged is sent again under the same ids. */
export interface Feeder {
  /** By event id: where it is durable. */
  readonly accepted: ReadonlyMap<string, Place>
  /** How many batches had to be sent again. */
  readonly repeated: number
  /** Sends until the batch under way is acknowledged, then no more. Throws UnavailableError where nobody acknowledges it. */
  stop(): Promise<void>
}

/** Starts to send, from the event of number `from` on. */
export function startFeeder({ ingest }: Pick<Clients, 'ingest'>, from: number): Feeder {
  const accepted = new Map<string, Place>()
  let repeated = 0
  let stopBy = Infinity
  const deliver = async (events: readonly Event[]): Promise<void> => {
    let left = events
    while (left.length > 0) {
      const outcomes = await acknowledgements(ingest, left).catch(() => undefined)
      if (outcomes === undefined) repeated++
      outcomes?.forEach(({ outcome }, i) => {
        if (outcome?.$case === 'accepted') accepted.set(left[i].eventId, outcome.accepted)
      })
      left = left.filter(({ eventId }) => !accepted.has(eventId))
      if (stopBy < performance.now()) throw new UnavailableError('ingest', 'start it again before the feeder is stopped')
      if (left.length > 0) await pause(AGAIN_MS)
    }
  }
  const run = async (): Promise<void> => {
    for (let next = from; stopBy === Infinity; next += BATCH) {
      await deliver(clicks(next, BATCH))
      await pause(EVERY_MS)
    }
  }
  const running = run()
  running.catch(() => undefined) // seen by whoever stops it
  return {
    accepted,
    get repeated() {
      return repeated
    },
    async stop() {
      stopBy = Math.min(stopBy, performance.now() + PATIENCE_MS)
      await running
    },
  }
}
