import { isFreshetError } from '@freshet/kernel'
import type { PositionVector } from '@freshet/online-store'
import { openEmbeddedStore } from './embedded-store'

/** Commits 100 kB at a time until the disk is full; says the refusal, and where the store stands then. */
async function main([directory]: readonly string[]): Promise<void> {
  await using store = await openEmbeddedStore({ directory, partitions: 4 })
  let refusal: unknown
  for (let i = 0; refusal === undefined; i++) {
    const at = (events: number): PositionVector => ({ events, touches: 0, catalog: 0 })
    const puts = [{ key: `u:${i}`, value: new Uint8Array(100_000).fill(1) }]
    await store.commit(0, { expect: at(i), next: at(i + 1), puts, outbox: [], publishedBelow: 0 }).catch((error: unknown) => {
      refusal = isFreshetError(error) ? error.code : String(error)
    })
  }
  const kept = await store.scan(0, { prefix: 'u:', limit: 1000 })
  process.send?.({ refusal, positions: await store.positions(0), kept: kept.length })
}

void main(process.argv.slice(2))
