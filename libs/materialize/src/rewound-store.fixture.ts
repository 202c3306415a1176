import { type OnlineStore, START } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'

/** A store that can be turned back, as a server does that restarts with an older state or with none. */
export interface TurnableStore extends OnlineStore {
  /** Remembers the present state. */
  mark(): Promise<void>
  /** Goes back to what was marked last; to nothing where nothing was. */
  turnBack(): void
}

/** Opens an empty one in memory. */
export function openTurnableStore(partitions: number): TurnableStore {
  let present = openMemoryStore({ partitions })
  let marked = openMemoryStore({ partitions })
  return {
    positions: (...asked) => present.positions(...asked),
    read: (...asked) => present.read(...asked),
    look: (...asked) => present.look(...asked),
    commit: (...asked) => present.commit(...asked),
    outbox: (...asked) => present.outbox(...asked),
    scan: (...asked) => present.scan(...asked),
    mark: async () => void (marked = await copyOf(present, partitions)),
    turnBack: () => void (present = marked),
    [Symbol.asyncDispose]: async () => {},
  }
}

async function copyOf(store: OnlineStore, partitions: number): Promise<OnlineStore> {
  const copy = openMemoryStore({ partitions })
  for (let partition = 0; partition < partitions; partition++) {
    const [next, puts, outbox] = await Promise.all([
      store.positions(partition),
      store.scan(partition, { prefix: '', limit: Infinity }),
      store.outbox(partition, Infinity),
    ])
    await copy.commit(partition, { expect: START, next, puts, outbox, publishedBelow: 0 })
  }
  return copy
}
