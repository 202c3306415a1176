import { OffsetConflictError } from './errors'
import type { Entry, EventLog, JoinOptions, LogRecord, Membership, Partition, ReadLimit } from './event-log'
import { GrowthWaiters } from './growth-waiters'
import { assertFits, assertPartition, assertTopic, assertWithin, shareOf } from './rules'
import { KEYED_PARTITIONS, partitionCountOf } from './topics'

/** How a log in memory is laid out. */
export interface MemoryLogOptions {
  /** Partitions by topic, where not as {@link partitionCountOf} says. */
  readonly partitions?: Readonly<Record<string, number>>
}

/** An event log that lives as long as the process: for evaluation in memory, and for tests of everything above the log. */
export function openMemoryLog({ partitions = {} }: MemoryLogOptions = {}): EventLog {
  const shelves = new Map<string, Shelf>()
  const groups = new Map<string, Group>()
  const keyed = Math.max(...Object.values(partitions), Object.keys(partitions).length === 0 ? KEYED_PARTITIONS : 1)

  const shelfOf = (at: Partition): Shelf => {
    assertTopic(at.topic)
    assertPartition(at, partitionCountOf(at.topic, partitions))
    return claim(shelves, `${at.topic}/${at.partition}`, () => new Shelf(at))
  }
  const groupOf = (name: string): Group => claim(groups, name, () => new Group(keyed))

  return {
    partitions: (topic) => partitionCountOf(topic, partitions),
    append: async (to, entries) => shelfOf(to).append(entries),
    appendIf: async (to, expected, entry) => shelfOf(to).appendIf(expected, entry),
    read: async (of, from, limit) => shelfOf(of).read(from, limit),
    next: async (of) => shelfOf(of).next,
    first: async (of) => shelfOf(of).first,
    grown: async (of, offset, signal) => shelfOf(of).grown(offset, signal),
    trim: async (of, below) => shelfOf(of).trim(below),
    join: async (group, options) => groupOf(group).join(options),
    reported: async (group, of) => groupOf(group).positions.get(`${of.topic}/${of.partition}`),

    async [Symbol.asyncDispose]() {
      for (const { waiters } of shelves.values()) waiters.release()
    },
  }
}

/** One partition: its records, and who waits for more. */
class Shelf {
  first = 0
  private readonly records: LogRecord[] = []
  readonly waiters = new GrowthWaiters()

  constructor(private readonly at: Partition) {}

  get next(): number {
    return this.first + this.records.length
  }

  append(entries: readonly Entry[]): number {
    assertFits(entries)
    const { next } = this
    for (const { key, value } of entries) this.records.push({ offset: this.next, key, value: value.slice() })
    this.waiters.reached(this.next)
    return next
  }

  appendIf(expected: number, entry: Entry): number {
    if (expected !== this.next) throw new OffsetConflictError(this.at, expected, this.next)
    return this.append([entry])
  }

  read(from: number, { records, bytes = Infinity }: ReadLimit): readonly LogRecord[] {
    assertWithin(this.at, from, this)
    const start = from - this.first
    let end = start
    let taken = 0
    while (end < this.records.length && end - start < records) {
      taken += this.records[end].value.byteLength
      if (taken > bytes && end > start) break
      end++
    }
    return this.records.slice(start, end)
  }

  async grown(offset: number, signal: AbortSignal): Promise<void> {
    if (this.next <= offset) await this.waiters.wait(offset, signal)
  }

  trim(below: number): void {
    if (below <= this.first) return
    assertWithin(this.at, below, this)
    this.records.splice(0, below - this.first)
    this.first = below
  }
}

/** Members in one process: each change is told at once, to whom it concerns. */
class Group {
  readonly positions = new Map<string, number>()
  private readonly members = new Map<string, { readonly options: JoinOptions; share: string }>()

  constructor(private readonly partitions: number) {}

  join(options: JoinOptions): Membership {
    const place = { options, share: 'none yet' }
    this.members.set(options.member, place)
    this.share()
    return {
      report: async (of, position) => void this.positions.set(`${of.topic}/${of.partition}`, position),
      [Symbol.asyncDispose]: async () => {
        if (this.members.get(options.member) !== place) return
        this.members.delete(options.member)
        this.share()
      },
    }
  }

  private share(): void {
    const names = [...this.members.keys()]
    for (const place of this.members.values()) {
      const partitions = shareOf(place.options.member, names, this.partitions)
      if (place.share === partitions.join()) continue
      place.share = partitions.join()
      place.options.onAssigned(partitions)
    }
  }
}

function claim<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
