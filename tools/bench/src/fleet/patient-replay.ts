import type { Event } from '@freshet/contracts'
import { IngestClient, type ingest } from '@freshet/contracts/services'
import { type Clock, isFreshetError, UnavailableError } from '@freshet/kernel'
import { call, remoteError } from '@freshet/service'
import type { ServiceError } from '@grpc/grpc-js'
import { asking } from './asking'

/** What a replay works with. */
export interface PatientReplayScope {
  readonly address: string
  readonly source: string
  readonly clock: Clock
  /** Resolves when the batch that begins at this event may be sent. */
  readonly pace: (event: number) => Promise<void>
  /** Told how many events are acknowledged by now. */
  readonly onProgress: (acknowledged: number) => void
  /** Ends the replay early: no further batch is sent, and it is closed as if the file ended there. */
  readonly until?: AbortSignal
}

/** What became of a replay. */
export interface PatientReplay {
  /** By partition of `events`: its end. */
  readonly ends: readonly number[]
  /** How many events were sent and acknowledged. */
  readonly acknowledged: number
  /** How often a stream broke and its replay was opened again. */
  readonly reopened: number
}

const BATCH_EVENTS = 50
const PAUSE_MS = 200
const PATIENCE_MS = 300_000
const CLOSE_DEADLINE_MS = 60_000

/**
 * Sends events with their own times and waits for each batch's acknowledgement. A stream that breaks is opened again, and what was not acknowledged is
 * sent again, with the same ids: nothing that was acknowledged is lost then, and nothing counts twice.
 */
export const replayPatiently = (events: readonly Event[], scope: PatientReplayScope): Promise<PatientReplay> =>
  asking(IngestClient, scope.address, (client) => replayBy(client, events, scope))

async function replayBy(client: IngestClient, events: readonly Event[], scope: PatientReplayScope): Promise<PatientReplay> {
  const { source, clock } = scope
  let [next, reopened, progressMs] = [0, -1, clock.monotonicMs()]
  for (;;) {
    try {
      const { replayId } = await call(client, 'openReplay', { source })
      reopened++
      for await (const acknowledged of send(client, replayId, { events, from: next, ...scope })) {
        next = acknowledged
        progressMs = clock.monotonicMs()
        scope.onProgress(next)
      }
      const { ends } = await call(client, 'closeReplay', { replayId }, { deadlineMs: CLOSE_DEADLINE_MS })
      return { ends, acknowledged: next, reopened }
    } catch (error) {
      if (clock.monotonicMs() - progressMs > PATIENCE_MS) throw error
      await clock.sleep(PAUSE_MS)
    }
  }
}

interface Sending extends Pick<PatientReplayScope, 'pace' | 'until'> {
  readonly events: readonly Event[]
  readonly from: number
}

/** One stream's life: after each batch, how many events are acknowledged. */
async function* send(client: IngestClient, replayId: string, { events, from, pace, until }: Sending): AsyncGenerator<number> {
  const stream = client.replay()
  stream.on('error', () => undefined) // thrown by the loop below
  try {
    const answers = stream[Symbol.asyncIterator]() as AsyncIterator<ingest.ReplayResponse>
    for (let at = from; at < events.length && !until?.aborted; at += BATCH_EVENTS) {
      await pace(at)
      const batch = events.slice(at, at + BATCH_EVENTS)
      stream.write({ replayId, correlation: at, events: batch })
      const answer: IteratorResult<ingest.ReplayResponse, unknown> = await answers.next()
      if (answer.done) throw new UnavailableError('ingest, which ended the stream,', 'it is asked again')
      assertAccepted(answer.value)
      yield at + batch.length
    }
  } catch (error) {
    throw isFreshetError(error) ? error : remoteError('replay', error as ServiceError)
  } finally {
    stream.cancel()
  }
}

function assertAccepted({ acknowledgements }: ingest.ReplayResponse): void {
  for (const { outcome } of acknowledgements) {
    if (outcome?.$case === 'rejected') throw new UnavailableError(`ingest (${outcome.rejected.message})`, 'it is asked again')
  }
}
