import { EventRecord } from '@freshet/contracts'
import { TOPICS, type EventLog } from '@freshet/event-log'

/**
 * Which partitions the wall's clock moves: those that hold anything a live event could have left open.
 * A partition that has seen nothing, or nothing since a replay was closed, needs no ticks: so the log of an import into an
 * empty directory is the same, however long ingest had been waiting for it.
 */
export interface LiveClock {
  /** A live event goes to this partition: it ticks from now on. */
  start(partition: number): void
  /** All windows are closed: nothing ticks until the next live event. */
  stopAll(): void
  readonly ticking: readonly number[]
  /**
   * Begins to tick what another process has left open and ticks no more: a partition that has not grown since the last look. Only while no
   * replay is open: one that is being replayed is open too.
   */
  takeOver(): Promise<void>
}

/** The live clock as the log leaves it: what ticked before a restart ticks after it. */
export async function openLiveClock(log: EventLog): Promise<LiveClock> {
  const all = Array.from({ length: log.partitions(TOPICS.events) }, (_, partition) => partition)
  const ticking = new Set<number>()
  for (const partition of all) if (await isOpen(log, partition)) ticking.add(partition)
  const ends = new Map<number, number>() // at the last look
  const closed = new Map<number, number>() // where nothing was open

  const look = async (partition: number): Promise<void> => {
    const next = await log.next({ topic: TOPICS.events, partition })
    const isSilent = ends.get(partition) === next
    ends.set(partition, next)
    if (!isSilent || closed.get(partition) === next) return
    if (await isOpen(log, partition)) ticking.add(partition)
    else closed.set(partition, next)
  }

  return {
    start: (partition) => void ticking.add(partition),
    stopAll: () => ticking.clear(),
    get ticking() {
      return [...ticking].sort((a, b) => a - b)
    },
    async takeOver() {
      for (const partition of all) if (!ticking.has(partition)) await look(partition)
    },
  }
}

async function isOpen(log: EventLog, partition: number): Promise<boolean> {
  const of = { topic: TOPICS.events, partition }
  const next = await log.next(of)
  const from = Math.max(await log.first(of), next - 1)
  if (from >= next) return false
  const [last] = await log.read(of, from, { records: 1 })
  if (!last) return true
  const { record } = EventRecord.decode(last.value)
  return record?.$case !== 'tick' || !record.tick.closesReplay
}
