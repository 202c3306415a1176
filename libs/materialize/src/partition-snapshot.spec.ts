import { type Commit, type OnlineStore, type PositionVector, type Put, StalePositionError, START } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { fakeClock } from '@freshet/testing'
import fc from 'fast-check'
import { PartitionSnapshot } from './partition-snapshot'
import type { SnapshotShelf } from './snapshot-shelf'

const EVERY_MS = 1000
const at = (events: number): PositionVector => ({ ...START, events })
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const keyOf = (i: number): string => `u:${String(i).padStart(5, '0')}`

/** A shelf in memory: the state that each sealed snapshot stands for. */
class Shelf implements SnapshotShelf {
  readonly sealed: { readonly positions: PositionVector; readonly state: Map<string, string> }[] = []
  discarded = 0

  async begin() {
    const state = new Map<string, string>()
    return {
      write: async (entries: readonly Put[]) => {
        for (const { key, value } of entries) if (value) state.set(key, Buffer.from(value).toString()); else state.delete(key) // prettier-ignore
      },
      seal: async (positions: PositionVector) => void this.sealed.push({ positions, state }),
      discard: async () => void this.discarded++,
    }
  }

  newest = async () => undefined
  kept = async () => []
  setAside = async () => {}
}

/** An owner that commits, and copies on after each commit. */
function openOwner(count: number, onSealed?: () => Promise<void>) {
  const store = openMemoryStore({ partitions: 1 })
  const clock = fakeClock()
  const shelf = new Shelf()
  const snapshot = new PartitionSnapshot({ store, partition: 0, shelf, clock, everyMs: EVERY_MS, onSealed })
  let events = 0
  const commit = async (puts: readonly Put[]): Promise<void> => {
    const change: Commit = { expect: at(events), next: at(++events), puts, outbox: [], publishedBelow: 0 }
    await store.commit(0, change)
    snapshot.note(puts)
  }
  const fill = (): Promise<void> => commit(Array.from({ length: count }, (_, i) => ({ key: keyOf(i), value: bytes('first') })))
  return { store, clock, shelf, snapshot, commit, fill, copyOn: () => snapshot.copyOn(at(events)) }
}

async function stateOf(store: OnlineStore): Promise<Map<string, string>> {
  const all = await store.scan(0, { prefix: '', limit: 1e6 })
  return new Map(all.map(({ key, value }) => [key, Buffer.from(value).toString()]))
}

describe('a snapshot taken while its owner folds on', () => {
  it('is the state at the vector that it is sealed at, whatever was put and deleted while it was taken', async () => {
    const change = fc.record({ i: fc.nat(1300), value: fc.option(fc.string({ maxLength: 3 })) })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 20 }), { minLength: 6, maxLength: 12 }), async (commits) => {
        const { store, clock, shelf, commit, fill, copyOn } = openOwner(1100)
        await fill()
        await clock.advance(EVERY_MS)
        const expected: Map<string, string>[] = []
        for (const changes of commits) {
          await copyOn()
          if (shelf.sealed.length > expected.length) expected.push(await stateOf(store))
          await commit(changes.map(({ i, value }) => ({ key: keyOf(i), value: value === null ? null : bytes(value) })))
        }
        expect(shelf.sealed).toHaveLength(1)
        expect(shelf.sealed[0].state).toEqual(expected[0])
      }),
      { numRuns: 40 },
    )
  })

  it('is one when its time has come, and none while nothing has changed since the last', async () => {
    const { clock, shelf, commit, fill, copyOn } = openOwner(3)
    await fill()
    expect(await copyOn()).toBe(false)
    expect(shelf.sealed).toEqual([])
    await clock.advance(EVERY_MS)
    await copyOn()
    expect(shelf.sealed.map(({ positions }) => positions)).toEqual([at(1)])
    await clock.advance(EVERY_MS)
    await copyOn()
    expect(shelf.sealed).toHaveLength(1)
    await commit([])
    await copyOn()
    expect(shelf.sealed.map(({ positions }) => positions)).toEqual([at(1), at(2)])
  })

  it('is told of once it is sealed, and not before', async () => {
    const told: number[] = []
    const { clock, shelf, fill, copyOn } = openOwner(300, async () => void told.push(shelf.sealed.length))
    await fill()
    await clock.advance(EVERY_MS)
    expect([await copyOn(), told]).toEqual([true, []])
    expect([await copyOn(), told]).toEqual([false, [1]])
  })

  it('says that there is more until its last page', async () => {
    const { clock, fill, copyOn } = openOwner(600)
    await fill()
    await clock.advance(EVERY_MS)
    expect([await copyOn(), await copyOn(), await copyOn(), await copyOn()]).toEqual([true, true, false, false])
  })

  it('is never sealed by an owner that has been overtaken meanwhile', async () => {
    const { store, clock, shelf, snapshot, fill } = openOwner(300)
    await fill()
    await clock.advance(EVERY_MS)
    await snapshot.copyOn(at(1))
    await store.commit(0, {
      expect: at(1),
      next: at(2),
      puts: [{ key: keyOf(299), value: bytes('theirs') }],
      outbox: [],
      publishedBelow: 0,
    })
    await expect(snapshot.copyOn(at(1))).rejects.toThrow(StalePositionError)
    await snapshot.abandon()
    expect({ sealed: shelf.sealed, discarded: shelf.discarded }).toEqual({ sealed: [], discarded: 1 })
  })
})
