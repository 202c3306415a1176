import type { Event } from '@freshet/contracts'
import { IngestClient, type ingest } from '@freshet/contracts/services'
import { type Clock, UnavailableError } from '@freshet/kernel'
import { call } from '@freshet/service'
import { asking } from '../fleet/asking'
import { Front } from '../fleet/front'
import { patiently } from '../fleet/learned'
import { replayPatiently } from '../fleet/patient-replay'
import { linksOf, liveVisits } from './visits'

/** What a stream is sent with. */
export interface StreamScope {
  /** Of ingest. */
  readonly address: string
  /** Its name as a file. */
  readonly source: string
  readonly clock: Clock
  readonly eventsPerS: number
}

const ANSWER_MS_MAX = 15_000 // who stands still answers nobody
const BATCH_EVENTS = 50
const LINKED_EVERY = 500 // events

/** Recorded events on their way in, through whatever happens: at first as a file that is replayed, then live, some of them from sessions that turn out to be users. */
export class SiegeStream {
  /** The ids of acknowledged events, in order. */
  readonly accepted: string[] = []
  private readonly live = new AbortController()
  private readonly over = new AbortController()

  constructor(private readonly scope: StreamScope) {}

  /** Sends the events until {@link end}. */
  async run(events: readonly Event[]): Promise<void> {
    const { address, source, clock } = this.scope
    const front = this.front()
    const { acknowledged } = await replayPatiently(events, {
      ...{ address, source, clock, until: this.live.signal },
      pace: (event) => front.pace(event),
      onProgress: (count) => this.accept(events.slice(this.accepted.length, count)),
    })
    await asking(IngestClient, address, (client) => this.runLive(client, liveVisits(events.slice(acknowledged))))
  }

  /** Closes the file: the wall's clock rules from the next event on. */
  goLive(): void {
    this.live.abort()
  }

  /** Lets no further event go. */
  end(): void {
    this.live.abort()
    this.over.abort()
  }

  private async runLive(client: IngestClient, events: readonly Event[]): Promise<void> {
    const front = this.front()
    for (let at = 0; at < events.length && !this.over.signal.aborted; at += BATCH_EVENTS) {
      await front.pace(at)
      const batch = events.slice(at, at + BATCH_EVENTS)
      await this.insist(() => call(client, 'append', { events: batch }, { deadlineMs: ANSWER_MS_MAX }))
      this.accept(batch)
      const end = at + batch.length
      if (end % LINKED_EVERY === 0)
        await this.insist(() =>
          call(client, 'linkSessions', { links: linksOf(events.slice(end - LINKED_EVERY, end)) }, { deadlineMs: ANSWER_MS_MAX }),
        )
    }
  }

  /** Asks until all is accepted. */
  private async insist(ask: () => Promise<Pick<ingest.AppendResponse, 'acknowledgements'>>): Promise<void> {
    await patiently(this.scope.clock, async () => assertAccepted(await ask()))
  }

  private accept(events: readonly Event[]): void {
    for (const { eventId } of events) this.accepted.push(eventId)
  }

  private front(): Front {
    return new Front({ ...this.scope, limit: Infinity })
  }
}

/** Throws UnavailableError with the first refusal. */
export function assertAccepted({ acknowledgements }: Pick<ingest.AppendResponse, 'acknowledgements'>): void {
  for (const { outcome } of acknowledgements)
    if (outcome?.$case !== 'accepted')
      throw new UnavailableError(`ingest (${outcome?.rejected.message ?? 'no outcome'})`, 'it is asked again')
}
