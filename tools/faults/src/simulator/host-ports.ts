import { JournalRecord } from '@freshet/contracts'
import { type EventLog, type Partition, TOPICS } from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import type { Commit, OnlineStore, PositionVector, Put } from '@freshet/online-store'
import type { SnapshotShelf } from '@freshet/materialize'
import { holdVersion, type VersionShelf } from '@freshet/training'
import type { Host } from './host'
import type { LogServer } from './log-server'
import type { ShelfServer } from './shelf-server'
import type { SnapshotServer } from './snapshot-server'
import type { StoreServer } from './store-server'

/** The log as one host sees it: every verb is a request on its way. */
export function hostLog(host: Host, server: LogServer): EventLog {
  const { life } = host
  const ask = <T>(name: string, effect: () => T): Promise<T> => host.call(name, effect, { life })
  const write = <T>(to: Partition, name: string, effect: () => T): Promise<T> => host.call(name, effect, { life, lane: spell(to) })
  return {
    partitions: (topic) => server.partitions(topic),
    append: (to, entries) => write(to, `appends to ${spell(to)}`, () => server.append(to, entries)),
    appendIf: (to, expected, entry) =>
      write(to, `appends ${kindOf(to, entry.value)} at ${spell(to)} ${expected}`, () => server.appendIf(to, expected, entry)),
    read: (of, from, limit) => ask(`reads ${spell(of)} from ${from}`, () => server.read(of, from, limit)),
    next: (of) => ask(`asks for the end of ${spell(of)}`, () => server.next(of)),
    first: (of) => ask(`asks for the beginning of ${spell(of)}`, () => server.first(of)),
    grown: (of, offset, signal) => (life === host.life ? grown(host, server, { of, offset, signal }) : new Promise(() => {})),
    trim: (of, below) => ask(`trims ${spell(of)} below ${below}`, () => server.trim(of, below)),
    async join(_, options) {
      const leave = await ask(`joins as ${options.member}`, () => server.join(host, options))
      return {
        report: (of, position) => ask(`reports ${spell(of)}`, () => void server.reported.set(spell(of), position)),
        [Symbol.asyncDispose]: () => ask(`leaves as ${options.member}`, leave),
      }
    },
    reported: (_, of) => ask('asks for a report', () => server.reported.get(spell(of))),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The online store as one host sees it: when a store is turned back its connections break, so what is on its way then fails. */
export function hostStore(host: Host, server: StoreServer): OnlineStore {
  const { life } = host
  const ask = async <T>({ name, partition, lane }: Request, effect: () => T): Promise<T> => {
    const turns = server.turnsOf(partition)
    const value = await host.call(name, effect, { lane, life })
    if (server.turnsOf(partition) !== turns)
      throw new UnavailableError(`partition ${partition} of the store`, 'it has started again; load anew')
    return value
  }
  return {
    positions: (partition) => ask({ name: `asks for positions ${partition}`, partition }, () => server.positions(partition)),
    read: (partition, keys, of) => ask({ name: `reads features ${partition}`, partition }, () => server.read(partition, keys, of)),
    look: (partition, keys) => ask({ name: `looks at features ${partition}`, partition }, () => server.look(partition, keys)),
    commit: (partition, commit) =>
      ask({ name: `commits ${partition}${moveOf(commit)}`, partition, lane: `store/${partition}` }, () =>
        server.commit(partition, commit, host.name),
      ),
    outbox: (partition, limit) => ask({ name: `reads outbox ${partition}`, partition }, () => server.outbox(partition, limit)),
    scan: (partition, options) => ask({ name: `scans ${options.prefix} ${partition}`, partition }, () => server.scan(partition, options)),
    [Symbol.asyncDispose]: async () => {},
  }
}

interface Request {
  readonly name: string
  readonly partition: number
  readonly lane?: string
}

/** From which positions to which, in the order events, touches, catalog. */
const moveOf = ({ expect, next }: Commit): string => ` from ${placeOf(expect)} to ${placeOf(next)}`
const placeOf = ({ events, touches, catalog }: PositionVector): string => `${events}/${touches}/${catalog}`

/** The versions as one host sees them. */
export function hostShelf(host: Host, server: ShelfServer): VersionShelf {
  const { life } = host
  const ask = <T>(name: string, effect: () => T): Promise<T> => host.call(name, effect, { life })
  return {
    save: async (facts, draft) => {
      const { contents, digest } = await host.inSlices(holdVersion(draft))
      await ask(`saves ${facts.name}`, () => server.save({ ...facts, digest }, contents))
    },
    list: () => ask('lists versions', () => server.list()),
    load: (name) => ask(`loads ${name}`, () => server.load(name)),
    damaged: () => ask('lists damaged versions', () => server.damaged()),
    setAside: (name) => ask(`sets ${name} aside`, () => server.setAside(name)),
    prune: (keep, serving) => ask(`prunes versions to ${keep}`, () => server.prune(keep, serving)),
  }
}

/** The partitions' snapshots as one host sees them: what it has not sealed is nobody's. */
export function hostSnapshots(host: Host, server: SnapshotServer): SnapshotShelf {
  const { life } = host
  const ask = <T>(name: string, effect: () => T): Promise<T> => host.call(name, effect, { life })
  return {
    begin: async (partition) => {
      const batches: (readonly Put[])[] = []
      return {
        write: async (entries) => void batches.push(entries),
        seal: (at) => ask(`seals a snapshot of ${partition} at ${placeOf(at)}`, () => server.seal(partition, at, batches)),
        discard: async () => {},
      }
    },
    setAside: (partition, at) => ask(`sets the snapshot of ${partition} at ${placeOf(at)} aside`, () => server.setAside(partition, at)),
    kept: (partition) => ask(`asks which snapshots of ${partition} are kept`, () => server.kept(partition)),
    newest: (partition) => ask(`asks for a snapshot of ${partition}`, () => server.newest(partition)),
  }
}

interface Growth {
  readonly of: Partition
  readonly offset: number
  readonly signal: AbortSignal
}

function grown(host: Host, server: LogServer, { of, offset, signal }: Growth): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const go = (): void => {
      signal.removeEventListener('abort', go)
      stop()
      resolve()
    }
    signal.addEventListener('abort', go)
    const stop = server.wait(of, { host, offset, go })
  })
}

const spell = ({ topic, partition }: Partition): string => `${topic}/${partition}`

const kindOf = ({ topic }: Partition, value: Uint8Array): string =>
  topic === TOPICS.journal ? (JournalRecord.decode(value).record?.$case ?? 'nothing') : 'a record'
