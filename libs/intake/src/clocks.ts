import type { Tick } from '@freshet/contracts'
import type { EventLog } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import { tickRecordBytes } from './event-record'
import type { IntakeSettings } from './limits'
import { openLiveClock, type LiveClock } from './live-clock'
import type { PartitionWriter } from './partition-writer'
import { createReplayDesk, type ReplayDesk } from './replay-desk'
import { createReplayRegister } from './replay-register'

/** What the clocks stand on. */
export interface ClocksScope {
  readonly log: EventLog
  readonly clock: Clock
  readonly settings: IntakeSettings
  /** Over `events`. */
  readonly writer: PartitionWriter
  readonly partitions: number
}

/** Whose time rules in which partition: the wall's, or a file's. */
export interface Clocks {
  readonly live: LiveClock
  readonly replays: ReplayDesk
  /** One tick of the wall's clock, where it rules. */
  tick(): Promise<void>
  /** Ticks, and listens for replays of other processes, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

const TICKS_A_LOOK = 5 // a list that nobody ticks waits some seconds more; a look asks for the end of each partition

/** Opens the clocks as the log leaves them. */
export async function openClocks({ log, clock, settings, writer, partitions }: ClocksScope): Promise<Clocks> {
  const live = await openLiveClock(log)
  const tickInto = async (targets: readonly number[], tick: Tick): Promise<void> => {
    const value = tickRecordBytes(tick, { sequence: 0, acceptedMs: clock.nowMs() })
    await Promise.all(targets.map((partition) => writer.write(partition, [{ key: '', value }])))
  }
  const closeClock = async (watermarkMs: number): Promise<void> => {
    live.stopAll()
    const all = Array.from({ length: partitions }, (_, partition) => partition)
    await tickInto(all, { timeMs: watermarkMs, replay: true, closesReplay: true })
  }
  const register = createReplayRegister(log, clock)
  const replays = createReplayDesk({ clock, settings, register, closeClock })
  await register.refresh()

  let ticks = 0
  const tick = async (): Promise<void> => {
    await replays.attend()
    if (replays.current) return
    await tickInto(live.ticking, { timeMs: clock.nowMs(), replay: false, closesReplay: false })
    if (++ticks % TICKS_A_LOOK === 0) await live.takeOver()
  }
  const keepTicking = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await tick().catch(() => undefined) // one that fails, as on a full disk, is made up by the next
      await clock.sleep(settings.tickMs, signal)
    }
  }
  const keepListening = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) await register.follow(signal).catch(() => clock.sleep(settings.tickMs, signal)) // every tick reads them too
  }
  return {
    live,
    replays,
    tick,
    async run(signal) {
      await Promise.all([keepListening(signal), keepTicking(signal)])
    },
  }
}
