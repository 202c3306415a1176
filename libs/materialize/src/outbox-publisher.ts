import { ExampleGroup } from '@freshet/contracts'
import { type Entry, type EventLog, type LogRecord, TOPICS } from '@freshet/event-log'
import { cross } from '@freshet/kernel'
import type { OnlineStore, Outgoing } from '@freshet/online-store'
import { type GroupIdentity, isAfter } from './group-identity'

/** Brings what commits have left in the outbox to the log, in order; one batch at a time. */
export class OutboxPublisher {
  private next: number | undefined

  constructor(
    private readonly log: EventLog,
    private readonly store: OnlineStore,
    private readonly partition: number,
  ) {}

  /** Everything below this place is in the log. */
  get publishedBelow(): number {
    return this.next ?? 0
  }

  /** Publishes what an earlier owner left behind: groups that are in the log already stay out, touches are recognised by their readers. */
  async recover(last: GroupIdentity): Promise<void> {
    const entries = await this.store.outbox(this.partition, OUTBOX_MAX)
    await this.append(entries.filter(({ to, value }) => to.topic !== TOPICS.examples || isAfter(ExampleGroup.decode(value), last)))
    this.next = entries.length === 0 ? undefined : entries[entries.length - 1].sequence + 1
  }

  /** Publishes what the last commit has put into the outbox. */
  async publish(outgoing: readonly Outgoing[]): Promise<void> {
    if (outgoing.length === 0) return
    this.next ??= (await this.store.outbox(this.partition, 1))[0]?.sequence ?? 0
    await this.append(outgoing)
    cross('outbox-published')
    this.next += outgoing.length
  }

  private async append(outgoing: readonly Outgoing[]): Promise<void> {
    const topics = new Map<string, Map<number, Entry[]>>()
    for (const entry of outgoing) {
      const { topic, partition } = entry.to
      const lanes = topics.get(topic) ?? new Map<number, Entry[]>()
      if (lanes.size === 0) topics.set(topic, lanes)
      const lane = lanes.get(partition)
      if (lane === undefined) lanes.set(partition, [entry])
      else lane.push(entry)
    }
    const appended = [...topics].flatMap(([topic, lanes]) =>
      [...lanes].map(([partition, lane]) => this.log.append({ topic, partition }, lane)),
    )
    await Promise.all(appended)
  }
}

const OUTBOX_MAX = 1_000_000 // all of it: each commit forgets what the one before it has published

/** The identity of the last group in `examples[p]`; before the first, one that every group is after. */
export async function lastGroup(log: EventLog, partition: number): Promise<GroupIdentity> {
  const of = { topic: TOPICS.examples, partition }
  const first = await log.first(of)
  for (let back = 1, from = await log.next(of); from > first; back *= 2) {
    from = Math.max(first, from - back)
    const last: LogRecord | undefined = (await log.read(of, from, { records: back })).at(-1)
    if (last === undefined) continue
    const { sourceOffset, ordinal } = ExampleGroup.decode(last.value)
    return { sourceOffset, ordinal }
  }
  return { sourceOffset: -1, ordinal: -1 }
}
