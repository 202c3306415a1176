import { join } from 'node:path'
import { openEnvironment } from '@freshet/event-log-embedded/lmdb'
import { encodeOutgoing, type OnlineStore, type Outgoing } from '@freshet/online-store'
import { temporaryDirectory } from '@freshet/testing'
import { openEmbeddedStore } from './embedded-store'
import { outboxEntryKey, standingKey, valueKey } from './state-codec'

const at = (events: number) => ({ events, touches: 0, catalog: 0 })
const outgoing = (key: string): Outgoing => ({ to: { topic: 'examples', partition: 2 }, key, value: new Uint8Array([7]) })
const held = async (store: OnlineStore) => (await store.outbox(1, 10)).map(({ key, sequence }) => [key, sequence])

/** A store as it was written before there were lineages, its outbox entry by entry: three entries, of which one was forgotten. */
async function earlierStore(path: string): Promise<void> {
  const database = openEnvironment(join(path, 'store'))
  await database.transaction(() => {
    void database.put(standingKey(1), Buffer.from(new Float64Array([5, 0, 0, 1, 3]).buffer), 4)
    void database.put(valueKey(1, 'u:a'), Buffer.from([9]), 0)
    for (const sequence of [1, 2]) void database.put(outboxEntryKey(1, sequence), encodeOutgoing(outgoing(`${sequence}`)), 0)
  })
  await database.close()
}

describe('a store of an earlier layout', () => {
  it('opens, stands without a lineage, and has its values and its outbox', async () => {
    await using directory = await temporaryDirectory()
    await earlierStore(directory.path)
    await using store = await openEmbeddedStore({ directory: directory.path })
    expect(await store.positions(1)).toEqual(at(5))
    expect(await store.read(1, ['u:a'], at(5))).toEqual([new Uint8Array([9])])
    expect(await store.outbox(1, 10)).toEqual([1, 2].map((sequence) => ({ sequence, ...outgoing(`${sequence}`) })))
    expect(await store.scan(1, { prefix: '', limit: 10 })).toHaveLength(1)
  })

  it.each([
    [
      'nothing of it was published',
      0,
      [
        ['1', 1],
        ['2', 2],
        ['new', 3],
      ],
      4,
    ],
    [
      'a part of it was published',
      2,
      [
        ['2', 2],
        ['new', 3],
      ],
      4,
    ],
    ['all of it was published', 3, [['new', 3]], 4],
  ] as const)('goes on where %s', async (_, publishedBelow, expected, next) => {
    // prettier-ignore
    await using directory = await temporaryDirectory()
    await earlierStore(directory.path)
    {
      await using store = await openEmbeddedStore({ directory: directory.path })
      await store.commit(1, { expect: at(5), next: { ...at(6), lineage: 'a' }, puts: [], outbox: [outgoing('new')], publishedBelow })
      expect(await held(store)).toEqual(expected)
    }
    await using again = await openEmbeddedStore({ directory: directory.path })
    expect(await held(again)).toEqual(expected)
    await again.commit(1, { expect: { ...at(6), lineage: 'a' }, next: at(7), puts: [], outbox: [outgoing('last')], publishedBelow: next })
    expect(await held(again)).toEqual([['last', next]])
  })
})
