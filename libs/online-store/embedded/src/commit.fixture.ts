import { openEmbeddedStore } from './embedded-store'

/** Commits to partition 1 from where it stands on: a counter twice and an outbox entry; says each answer, until its death or `commits`. */
async function main([directory, commits]: readonly string[]): Promise<void> {
  await using store = await openEmbeddedStore({ directory, partitions: 4 })
  for (let i = 0; i < Number(commits); i++) {
    const expect = await store.positions(1)
    const count = `${expect.events + 1}`
    const value = Uint8Array.from(Buffer.from(count))
    await store
      .commit(1, {
        expect,
        next: { ...expect, events: expect.events + 1 },
        puts: [
          { key: 'u:a', value },
          { key: 'u:b', value },
        ],
        outbox: [{ to: { topic: 'examples', partition: 1 }, key: count, value }],
        publishedBelow: 0,
      })
      .then(
        () => process.send?.(count),
        () => process.send?.('stale'),
      )
  }
}

void main(process.argv.slice(2))
