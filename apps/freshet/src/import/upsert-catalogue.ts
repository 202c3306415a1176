import { encoded, Item, User } from '@freshet/contracts'
import type { ingest, IngestClient } from '@freshet/contracts/services'
import { UnavailableError } from '@freshet/kernel'
import { call } from '@freshet/service'
import { cutIntoBatches } from './batches'
import { persistently, type Patience } from './persistence'
import { retryableOf, type AcknowledgementTally } from './refusals'

const BATCH = { records: 1000, bytes: 512 << 10 } // well within what ingest takes at once
const DEADLINE_MS = 60_000

/** What an upsert needs, beside the records. */
export interface UpsertScope {
  readonly ingest: IngestClient
  readonly tally: AcknowledgementTally
  readonly patience: Patience
  /** Told how many records are acknowledged by now. */
  readonly onProgress: (acknowledged: number) => void
}

/** Puts items and users into the catalogue; a batch that could not be taken is sent again, which changes nothing where it had arrived. */
export async function upsertCatalogue(items: readonly Item[], users: readonly User[], scope: UpsertScope): Promise<void> {
  const { ingest: client, tally, patience, onProgress } = scope
  let done = 0
  const settle = async (count: number, attempt: () => Promise<{ acknowledgements: ingest.Acknowledgement[] }>): Promise<void> => {
    const acknowledgements = await persistently(patience, async () => {
      const answer = await attempt()
      const refusal = retryableOf(answer.acknowledgements)
      if (refusal) throw new UnavailableError(`ingest (${refusal.message})`, 'it is asked again')
      return answer.acknowledgements
    })
    tally.count(acknowledgements)
    done += count
    onProgress(done)
  }
  for (const { from, to } of cutIntoBatches(items, (item) => encoded(Item, item).length, BATCH))
    await settle(to - from, () => call(client, 'upsertItems', { items: items.slice(from, to) }, { deadlineMs: DEADLINE_MS }))
  for (const { from, to } of cutIntoBatches(users, (user) => encoded(User, user).length, BATCH))
    await settle(to - from, () => call(client, 'upsertUsers', { users: users.slice(from, to) }, { deadlineMs: DEADLINE_MS }))
}
