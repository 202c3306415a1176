import { EventRecord, JournalRecord } from '@freshet/contracts'
import { type Partition, TOPICS } from '@freshet/event-log'
import { partitionOf } from '@freshet/kernel'
import type { SnapshotDraft } from '@freshet/materialize'
import { vectorOf } from '@freshet/online-store'
import type { Engines } from './house'
import { catalogue, PARTITIONS } from './shop'

/** Bugs that somebody could make, each between a host and its engines. A simulator that misses one is no simulator. */
export const planted: Readonly<Record<string, (engines: Engines) => Engines>> = {
  'a commit that does not compare positions': ({ store, ...rest }) => ({
    ...rest,
    store: {
      ...store,
      commit: async (partition, commit) => store.commit(partition, { ...commit, expect: await store.positions(partition) }),
    },
  }),
  'an appendIf that takes whatever offset comes next': ({ log, ...rest }) => ({
    ...rest,
    log: { ...log, appendIf: (to, _, entry) => log.append(to, [entry]) },
  }),
  'an outbox that is forgotten before it is published': ({ store, ...rest }) => ({
    ...rest,
    store: { ...store, outbox: () => Promise.resolve([]) },
  }),
  'an append that answers before it is durable': ({ log, ...rest }) => ({
    ...rest,
    log: {
      ...log,
      append: async (to, entries) => {
        const next = await log.next(to)
        void log.append(to, entries).catch(() => undefined)
        return next
      },
    },
  }),
  'event ids that are remembered in memory alone': ({ store, ...rest }) => ({
    ...rest,
    store: {
      ...store,
      commit: (partition, commit) => store.commit(partition, { ...commit, puts: commit.puts.filter(({ key }) => !key.startsWith('d:')) }),
    },
  }),
  'touches that travel outside the outbox': ({ store, log, ...rest }) => ({
    ...rest,
    log,
    store: {
      ...store,
      commit: async (partition, commit) => {
        const touches = commit.outbox.filter(({ to }) => to.topic === TOPICS.touches)
        await store.commit(partition, { ...commit, outbox: commit.outbox.filter(({ to }) => to.topic !== TOPICS.touches) })
        for (const { to, key, value } of touches) await log.append(to, [{ key, value }])
      },
    },
  }),
  'a position that is saved before its state': ({ store, ...rest }) => ({
    ...rest,
    store: {
      ...store,
      commit: async (partition, commit) => {
        await store.commit(partition, { ...commit, puts: [], outbox: [] })
        await store.commit(partition, { ...commit, expect: commit.next })
      },
    },
  }),
  'a version that says to begin one record too late': ({ shelf, ...rest }) => ({
    ...rest,
    shelf: { ...shelf, save: (facts, contents) => shelf.save({ ...facts, journalOffset: facts.journalOffset + 1 }, contents) },
  }),
  'a version whose fold of the journal is not its own': ({ shelf, ...rest }) => ({
    ...rest,
    shelf: {
      ...shelf,
      save: (facts, contents) => {
        const journal = { ...(JSON.parse(contents.documents['journal.json']) as object), resultStep: 0 }
        return shelf.save(facts, { ...contents, documents: { ...contents.documents, 'journal.json': JSON.stringify(journal) } })
      },
    },
  }),
  'reads of whatever moment, of a store that may stand there again by the commit': ({ store, ...rest }) => ({
    ...rest,
    store: {
      ...store,
      read: (partition, keys) => store.read(partition, keys),
      scan: (partition, options) => store.scan(partition, { ...options, of: undefined }),
    },
  }),
  'places compared without what led there': ({ store, ...rest }) => ({
    ...rest,
    store: {
      ...store,
      positions: async (partition) => vectorOf(await store.positions(partition)),
      commit: (partition, { expect, next, ...commit }) =>
        store.commit(partition, { ...commit, expect: vectorOf(expect), next: vectorOf(next) }),
      read: (partition, keys) => store.read(partition, keys),
      scan: (partition, options) => store.scan(partition, { ...options, of: undefined }),
    },
  }),
  'a batch that takes what a partition has lost for unknown': ({ store, ...rest }) => ({
    ...rest,
    store: {
      ...store,
      look: async (partition, [mark, ...keys]) => {
        if (keys.length === 0) return store.look(partition, [mark]) // who looks before the first event sees what there is
        const { at, values } = await store.look(partition, keys)
        return { at: { ...at, catalog: Math.max(at.catalog, early(partition)) }, values: [undefined, ...values] }
      },
    },
  }),
  'events that do not wait for the catalogue of other partitions': ({ store, log, ...rest }) => ({
    ...rest,
    log,
    store: {
      ...store,
      look: async (partition, [, ...keys]) => {
        const { at, values } = await store.look(partition, keys)
        const catalog = await log.next({ topic: TOPICS.catalog, partition })
        return { at: { ...at, catalog }, values: [undefined, ...values] }
      },
    },
  }),
  'a snapshot without what changed while it was copied': throughDrafts((draft) => {
    let writes = 0
    return { ...draft, write: async (entries) => (writes++ % 2 === 0 ? undefined : draft.write(entries)) } // changes come before each page
  }),
  'a snapshot that says it holds one event more than it does': throughDrafts((draft) => ({
    ...draft,
    seal: (positions) => draft.seal({ ...positions, events: positions.events + 1 }),
  })),
  'snapshots that nobody finds again': ({ snapshots, ...rest }) => ({
    ...rest,
    snapshots: { ...snapshots, newest: () => Promise.resolve(undefined) },
  }),
  'a trim that takes what kept versions still need': ({ log, ...rest }) => ({
    ...rest,
    log: { ...log, trim: async (of) => log.trim(of, await log.next(of)) },
  }),
  'a dictionary that is not stored beside the states': ({ store, ...rest }) => ({
    ...rest,
    store: {
      ...store,
      commit: (partition, commit) => store.commit(partition, { ...commit, puts: commit.puts.filter(({ key }) => key !== 'm:dictionary') }),
    },
  }),
  'a change of the dictionary that one partition is told of': ({ log, ...rest }) => ({
    ...rest,
    log: {
      ...log,
      append: (to, entries) => log.append(to, to.partition === 0 ? entries : entries.filter(({ value }) => !isChange(to, value))),
    },
  }),
  'an owner that learns from a dictionary before the journal says that it holds': ({ log, ...rest }) => ({
    ...rest,
    log: {
      ...log,
      appendIf: (to, expected, entry) => (kindOf(to, entry.value) === 'configure' ? log.next(to) : log.appendIf(to, expected, entry)),
    },
  }),
  'examples that are left out of a step, and kept nowhere': ({ log, ...rest }) => ({
    ...rest,
    log: { ...log, append: async (to, entries) => (to.topic === TOPICS.deadLetter ? log.next(to) : log.append(to, entries)) },
  }),
  'results that pass over in silence what was left out': ({ log, ...rest }) => ({
    ...rest,
    log: { ...log, appendIf: (to, expected, entry) => log.appendIf(to, expected, { ...entry, value: withoutSkips(to, entry.value) }) },
  }),
}

const isChange = ({ topic }: Partition, value: Uint8Array): boolean =>
  topic === TOPICS.events && EventRecord.decode(value).record?.$case === 'dictionary'

const kindOf = ({ topic }: Partition, value: Uint8Array): string | undefined =>
  topic === TOPICS.journal ? JournalRecord.decode(value).record?.$case : undefined

function withoutSkips(to: Partition, value: Uint8Array): Uint8Array {
  if (kindOf(to, value) !== 'result') return value
  const record = JournalRecord.decode(value)
  if (record.record?.$case === 'result') record.record.result.skips = []
  return JournalRecord.encode(record).finish()
}

/** How far a partition's catalogue goes from the beginning. */
const early = (partition: number): number => catalogue.filter(({ key }) => partitionOf(key, PARTITIONS) === partition).length

function throughDrafts(spoilt: (draft: SnapshotDraft) => SnapshotDraft): (engines: Engines) => Engines {
  return ({ snapshots, ...rest }) => ({
    ...rest,
    snapshots: { ...snapshots, begin: async (partition) => spoilt(await snapshots.begin(partition)) },
  })
}
