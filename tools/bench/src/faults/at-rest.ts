import { isDeepStrictEqual } from 'node:util'
import { IngestClient } from '@freshet/contracts/services'
import { TOPICS } from '@freshet/event-log'
import { systemClock, UnavailableError } from '@freshet/kernel'
import { call, type Runtime } from '@freshet/service'
import { asking } from '../fleet/asking'
import { patiently } from '../fleet/learned'
import { catalogue, type VisitsOptions } from './visits'

type Folding = Pick<Runtime, 'store' | 'log'>

/** Puts the catalogue in, and waits until it is folded: what events then meet does not depend on when. */
export async function stock(address: string, { store, log }: Folding, of: Pick<VisitsOptions, 'items'>): Promise<void> {
  const upsert = (client: IngestClient): Promise<unknown> => call(client, 'upsertItems', { items: catalogue(of) })
  await asking(IngestClient, address, (client) => patiently(systemClock, () => upsert(client)))
  await patiently(systemClock, async () => {
    for (let partition = 0; partition < log.partitions('catalog'); partition++)
      if ((await store.positions(partition)).catalog < (await log.next({ topic: 'catalog', partition })))
        throw new UnavailableError('the feature store', `it has not folded the catalogue of partition ${partition}`)
  })
}

/** Waits until nothing is on its way any more, and gives the ends of `events`. */
export async function settled({ store, log }: Folding): Promise<number[]> {
  const partitions = Array.from({ length: log.partitions(TOPICS.events) }, (_, partition) => partition)
  const ends = (topic: 'events' | 'touches'): Promise<number[]> =>
    Promise.all(partitions.map((partition) => log.next({ topic, partition })))
  return patiently(systemClock, async () => {
    const expected = { events: await ends('events'), touches: await ends('touches') }
    for (const partition of partitions) {
      const { events, touches } = await store.positions(partition)
      const isFolded = events >= expected.events[partition] && touches >= expected.touches[partition]
      if (!isFolded || (await store.outbox(partition, 1)).length > 0)
        throw new UnavailableError('the feature store', `it has not folded, or published, all of partition ${partition}`)
    }
    const [events, touches] = [await ends('events'), await ends('touches')] // what was published meanwhile is folded next
    if (!isDeepStrictEqual({ events, touches }, expected)) throw new UnavailableError('the log', 'it has grown; look again')
    return events
  })
}
