import { encoded, Event } from '@freshet/contracts'
import type { ingest, IngestClient } from '@freshet/contracts/services'
import { isFreshetError, UnavailableError, type Clock } from '@freshet/kernel'
import { call, remoteError } from '@freshet/service'
import type { ServiceError } from '@grpc/grpc-js'
import { cutIntoBatches, type Stretch } from './batches'
import { retryableOf, type AcknowledgementTally } from './refusals'

const BATCH = { records: 1000, bytes: 512 << 10 } // well within what ingest takes at once
const BATCHES_IN_FLIGHT_MAX = 8
const PAUSE_MS = 200 // a service that was killed is back within a second or so
const CLOSE_DEADLINE_MS = 60_000

/** What a replay needs, beside the events. */
export interface ReplayScope {
  readonly ingest: IngestClient
  /** Opening the same source again takes its replay over. */
  readonly source: string
  readonly tally: AcknowledgementTally
  readonly clock: Clock
  /** Without an acknowledgement for so long, the last failure is the answer. */
  readonly patienceMs: number
  /** Told how many events are acknowledged by now. */
  readonly onProgress: (acknowledged: number) => void
}

/**
 * Sends a file's events with their own times, at full speed, closes the replay, and answers where the partitions of `events` then end.
 *
 * A stream that breaks (a service was killed, a disk is full) is opened again and goes on with the first batch that was not
 * acknowledged; what had arrived nevertheless is recognised by its id, so that nothing counts twice.
 */
export async function replayEvents(events: readonly Event[], scope: ReplayScope): Promise<readonly number[]> {
  const { ingest, source, tally, clock, patienceMs, onProgress } = scope
  const batches = cutIntoBatches(events, (event) => encoded(Event, event).length, BATCH)
  let next = 0
  let progressMs = clock.monotonicMs()
  for (;;) {
    try {
      const { replayId } = await call(ingest, 'openReplay', { source })
      for await (const { acknowledgements } of send(ingest, { replayId, events, batches: batches.slice(next) })) {
        const refusal = retryableOf(acknowledgements)
        if (refusal) throw new UnavailableError(`ingest (${refusal.message})`, 'it is asked again')
        tally.count(acknowledgements)
        progressMs = clock.monotonicMs()
        onProgress(batches[next++]?.to ?? events.length)
      }
      if (next < batches.length) throw new UnavailableError('ingest, which ended the stream,', 'it is asked again')
      return (await call(ingest, 'closeReplay', { replayId }, { deadlineMs: CLOSE_DEADLINE_MS })).ends
    } catch (error) {
      if (!mayPass(error) || clock.monotonicMs() - progressMs > patienceMs) throw error
      await clock.sleep(PAUSE_MS)
    }
  }
}

/** A restart forgets which replay it drove: opening the source again is then the remedy. */
const mayPass = (error: unknown): boolean =>
  isFreshetError(error) && (error.retryable || error.code === 'NOT_FOUND' || error.code === 'PRECONDITION')

interface Sending {
  readonly replayId: string
  readonly events: readonly Event[]
  readonly batches: readonly Stretch[]
}

/** The answers to batches, in order, with a bounded number under way. */
async function* send(client: IngestClient, { replayId, events, batches }: Sending): AsyncGenerator<ingest.ReplayResponse> {
  if (batches.length === 0) return
  const stream = client.replay()
  stream.on('error', () => undefined) // thrown by the loop below
  let sent = 0
  const fill = (): void => {
    const batch = batches[sent]
    if (!batch) return
    stream.write({ replayId, correlation: sent++, events: events.slice(batch.from, batch.to) })
    if (sent === batches.length) stream.end()
  }
  try {
    for (let i = 0; i < BATCHES_IN_FLIGHT_MAX; i++) fill()
    for await (const answer of stream) {
      fill()
      yield answer as ingest.ReplayResponse
    }
  } catch (error) {
    throw isFreshetError(error) ? error : remoteError('replay', error as ServiceError)
  } finally {
    stream.cancel()
  }
}
