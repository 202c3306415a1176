import type { IngestClient, RankerClient } from '@freshet/contracts/services'
import { ranker } from '@freshet/contracts/services'
import type { Clock } from '@freshet/kernel'
import { call } from '@freshet/service'
import { createAcknowledgementTally } from '../import/refusals'
import { persistently } from '../import/persistence'
import { upsertCatalogue } from '../import/upsert-catalogue'
import { catalogueOf } from './catalogue'
import { createWorld, DEMO_WORLD, type WorldOptions } from './world'

/** What stocking needs of the running system. */
export interface StockScope {
  readonly clients: { readonly ingest: IngestClient; readonly ranker: RankerClient }
  readonly clock: Clock
  /** Ends the wait for the first list. */
  readonly signal: AbortSignal
  readonly world?: WorldOptions
}

const PATIENCE_MS = 60_000
const POLL_MS = 50

/** Puts the simulated shop's items and users into the catalogue, and waits until somebody who is new gets a list of them. */
export async function stockShop({ clients, clock, signal, world = DEMO_WORLD }: StockScope): Promise<void> {
  const { items, users } = catalogueOf(createWorld(world))
  const patience = { clock, patienceMs: PATIENCE_MS }
  await upsertCatalogue(items, users, {
    ingest: clients.ingest,
    tally: createAcknowledgementTally(),
    patience,
    onProgress: () => undefined,
  })
  const look = ranker.RecommendRequest.create({ userId: 'you', limit: 1, dryRun: true })
  while (!signal.aborted) {
    const { items: list } = await persistently(patience, () => call(clients.ranker, 'recommend', look))
    if (list.length > 0) return
    await clock.sleep(POLL_MS, signal)
  }
}

/** What the shop is, so that nobody takes it for a real one. */
export const shopText = ({ items, users, seed } = DEMO_WORLD): string =>
  `SIMULATED shop: ${items} items, ${users} users whose tastes drift (seed ${seed}).`
