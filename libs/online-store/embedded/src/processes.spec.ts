import { join } from 'node:path'
import type { OnlineStore, PositionVector } from '@freshet/online-store'
import { spawnSource, temporaryDirectory, type SpawnedSource, type TemporaryDirectory } from '@freshet/testing'
import { openEmbeddedStore } from './embedded-store'

jest.setTimeout(30_000)

describe('an embedded store, shared by processes', () => {
  it('has every answered commit after kill -9 at any moment, and no half of another', async () => {
    await using directory = await temporaryDirectory()
    for (const answers of [1, 12, 31]) {
      await using child = committer(directory, 1e9)
      const last = Number((await collect(child, answers)).at(-1))
      child.kill()
      await child.ended
      await using store = await openStore(directory)
      const { events } = await store.positions(1)
      expect(events).toBeGreaterThanOrEqual(last)
      expect((await store.read(1, ['u:a', 'u:b'])).map(text)).toEqual([`${events}`, `${events}`])
      const outbox = await store.outbox(1, 1e6)
      expect(outbox.map(({ sequence }) => sequence)).toEqual(Array.from({ length: events }, (_, i) => i))
      expect(outbox.map(({ value }) => text(value))).toEqual(outbox.map(({ sequence }) => `${sequence + 1}`))
    }
  })

  it('lets two processes that both believe in a partition spoil nothing: each step is committed once', async () => {
    await using directory = await temporaryDirectory()
    await using a = committer(directory, 60)
    await using b = committer(directory, 60)
    const answers = await Promise.all([collect(a, 60), collect(b, 60)])
    const won = answers.flat().filter((answer) => answer !== 'stale')
    await using store = await openStore(directory)
    expect(won.map(Number).sort((x, y) => x - y)).toEqual(Array.from({ length: won.length }, (_, i) => i + 1))
    expect(await store.positions(1)).toEqual(at(won.length))
    expect(await store.outbox(1, 1000)).toHaveLength(won.length)
  })

  it('shows one process what another commits, without a second look', async () => {
    await using directory = await temporaryDirectory()
    await using store = await openStore(directory)
    expect(await store.positions(1)).toEqual(at(0))
    await using child = committer(directory, 3)
    for (const count of await collect(child, 3)) expect((await store.positions(1)).events).toBeGreaterThanOrEqual(Number(count))
    expect((await store.read(1, ['u:a'])).map(text)).toEqual(['3'])
  })

  it('applies all of a commit or nothing when the disk is full, says so, and goes on when there is room', async () => {
    await using directory = await temporaryDirectory()
    await using child = spawnSource(join(__dirname, 'fill.fixture.ts'), [directory.path], { fileBytesMax: 3_000_000 })
    const told = (await child.next()) as { readonly kept: number }
    expect(told.kept).toBeGreaterThan(5)
    expect(told).toEqual({ refusal: 'DISK_FULL', positions: at(told.kept), kept: told.kept })
    await child.ended
    await using store = await openStore(directory)
    const puts = [{ key: 'u:more', value: new Uint8Array(500_000) }]
    await store.commit(0, { expect: at(told.kept), next: at(told.kept + 1), puts, outbox: [], publishedBelow: 0 })
    expect(await store.scan(0, { prefix: 'u:', limit: 1000 })).toHaveLength(told.kept + 1)
  })
})

const openStore = (directory: TemporaryDirectory): Promise<OnlineStore> => openEmbeddedStore({ directory: directory.path, partitions: 4 })

const committer = (directory: TemporaryDirectory, commits: number): SpawnedSource =>
  spawnSource(join(__dirname, 'commit.fixture.ts'), [directory.path, `${commits}`])

async function collect(child: SpawnedSource, count: number): Promise<string[]> {
  const answers: string[] = []
  while (answers.length < count) answers.push(String(await child.next()))
  return answers
}

const at = (events: number): PositionVector => ({ events, touches: 0, catalog: 0 })
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString()
