import { TOPICS } from '@freshet/event-log'
import type { Engines } from './house'

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
  'a trim that takes what kept versions still need': ({ log, ...rest }) => ({
    ...rest,
    log: { ...log, trim: async (of) => log.trim(of, await log.next(of)) },
  }),
}
