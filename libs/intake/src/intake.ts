import type { DictionaryChange, Forget, Item, Link, User } from '@freshet/contracts'
import { TOPICS, type EventLog } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import { createCatalogDesk } from './catalog-desk'
import { writeDeadLetters } from './dead-letters'
import { createEventDesk, type Taken } from './event-desk'
import { tickRecordBytes } from './event-record'
import type { EventTypes } from './event-types'
import { createHistoryDesk } from './history-desk'
import { INTAKE_DEFAULTS, type IntakeSettings } from './limits'
import { openLiveClock } from './live-clock'
import type { Outcome, ReceivedEvent } from './outcome'
import { createPartitionWriter } from './partition-writer'
import { createReplayDesk } from './replay-desk'
import { createReplayRegister } from './replay-register'
import { createTally, type Tally } from './tally'

/** Who the intake works with. */
export interface IntakeScope {
  readonly log: EventLog
  readonly clock: Clock
  readonly types: EventTypes
  /** What differs from {@link INTAKE_DEFAULTS}. */
  readonly settings?: Partial<IntakeSettings>
}

/** Where intake stands. */
export interface IntakeStatus extends Tally {
  /** The next offset of each partition of `events`. */
  readonly ends: readonly number[]
  /** Empty while the wall's clock rules. */
  readonly replayId: string
}

/**
 * The front door: validates, makes durable, acknowledges.
 *
 * A record's outcome is known once it is durable at its place or its refusal stands in `dead-letter`; a bad record does not hold up
 * its batch. Calls that are made one after the other keep their order within each partition, whether or not they are awaited.
 */
export interface Intake {
  /** Live events. Throws ReplayOpenError, MessageTooLargeError or IntakeOverloadedError, and takes nothing then. */
  accept(events: readonly ReceivedEvent[], source: string): Promise<readonly Outcome[]>
  /** Events with a file's times, in the order of those. */
  replay(replayId: string, events: readonly ReceivedEvent[]): Promise<readonly Outcome[]>
  /** Declares a file's clock: live writes are refused, in every process, until the replay is closed or has fallen silent. */
  openReplay(source: string): Promise<string>
  /** The ends of the partitions of `events`: what the replay brought lies below them. */
  closeReplay(replayId: string): Promise<readonly number[]>
  upsertItems(items: readonly Item[]): Promise<readonly Outcome[]>
  deleteItems(itemIds: readonly string[]): Promise<readonly Outcome[]>
  upsertUsers(users: readonly User[]): Promise<readonly Outcome[]>
  deleteUsers(userIds: readonly string[]): Promise<readonly Outcome[]>
  /** What came of these actors' events goes, and what the catalogue says of the users among them; what they do later begins anew. */
  forget(whom: readonly Forget[]): Promise<readonly Outcome[]>
  /** What a session did becomes its user's. Throws ReplayOpenError while a file's clock rules. */
  link(links: readonly Link[]): Promise<readonly Outcome[]>
  /** Lets another dictionary hold from here on, in every partition; returns the places, by partition. Whoever asks has judged it. */
  changeDictionary(change: DictionaryChange): Promise<readonly number[]>
  status(): Promise<IntakeStatus>
  /** One tick of the clock: {@link Intake.run} calls it once a second. */
  tick(): Promise<void>
  /** Ticks, and listens for replays of other processes, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** Opens the front door over a log: what ticked before a restart ticks on, what was replayed may be taken up again. */
export async function openIntake({ log, clock, types, settings: given }: IntakeScope): Promise<Intake> {
  const settings = { ...INTAKE_DEFAULTS, ...given }
  const partitions = log.partitions(TOPICS.events)
  const writerOf = (topic: string) => createPartitionWriter(log, topic, settings.waitingBytesMax)
  const [events, letters] = [writerOf(TOPICS.events), writerOf(TOPICS.deadLetter)]
  const live = await openLiveClock(log)
  const tally = createTally()
  const desk = createEventDesk({ clock, settings, types, partitions, writer: events })
  const catalog = createCatalogDesk({ clock, settings, partitions: log.partitions(TOPICS.catalog), writer: writerOf(TOPICS.catalog) })

  const histories = createHistoryDesk({ clock, settings, partitions, writer: events })

  const tickInto = async (targets: readonly number[], tick: Parameters<typeof tickRecordBytes>[0]): Promise<void> => {
    const value = tickRecordBytes(tick, { sequence: 0, acceptedMs: clock.nowMs() })
    await Promise.all(targets.map((partition) => events.write(partition, [{ key: '', value }])))
  }
  const closeClock = async (watermarkMs: number): Promise<void> => {
    live.stopAll()
    await tickInto(range(partitions), { timeMs: watermarkMs, replay: true, closesReplay: true })
  }
  const register = createReplayRegister(log, clock)
  const replays = createReplayDesk({ clock, settings, register, closeClock })
  await register.refresh()

  const settled = async ({ outcomes, refusals }: Taken): Promise<readonly Outcome[]> => {
    tally.count(outcomes)
    await writeDeadLetters(letters, refusals, { nowMs: clock.nowMs(), payloadBytesMax: settings.deadLetterBytesMax })
    return outcomes
  }
  const tick = async (): Promise<void> => {
    await replays.attend()
    if (!replays.current) await tickInto(live.ticking, { timeMs: clock.nowMs(), replay: false, closesReplay: false })
  }
  const ends = (): Promise<readonly number[]> =>
    Promise.all(range(partitions).map((partition) => log.next({ topic: TOPICS.events, partition })))

  return {
    async accept(received, source) {
      replays.assertLive()
      return settled(await desk.take(received, { source, onPartition: live.start }))
    },
    async replay(replayId, received) {
      const replay = replays.clockOf(replayId)
      return settled(await desk.take(received, { source: replayId, replay }))
    },
    openReplay: (source) => replays.open(source),
    async closeReplay(replayId) {
      await replays.close(replayId)
      return ends()
    },
    upsertItems: async (items) => settled(await catalog.upsertItems(items)),
    deleteItems: async (ids) => settled(await catalog.deleteItems(ids)),
    upsertUsers: async (users) => settled(await catalog.upsertUsers(users)),
    deleteUsers: async (ids) => settled(await catalog.deleteUsers(ids)),
    async forget(whom) {
      await settled(await catalog.deleteUsers(usersOf(whom, settings))) // first: nothing of the catalogue outlives the record that says so
      return settled(await histories.forget(whom))
    },
    async link(links) {
      replays.assertLive()
      return settled(await histories.link(links, live.start))
    },
    changeDictionary: (change) => histories.tellAll(change),
    status: async () => ({ ...tally.read(), ends: await ends(), replayId: replays.current?.replayId ?? '' }),
    tick,
    async run(signal) {
      await Promise.all([register.follow(signal), keepTicking({ tick, clock, tickMs: settings.tickMs, signal })])
    },
  }
}

/** Those who may stand in the catalogue. */
const usersOf = (whom: readonly Forget[], { idCharactersMax }: IntakeSettings): string[] =>
  whom.flatMap(({ userId }) => (userId !== '' && userId.length <= idCharactersMax ? [userId] : []))

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** A tick that fails, as on a full disk, is made up by the next. */
async function keepTicking({
  tick,
  clock,
  tickMs,
  signal,
}: {
  tick: () => Promise<void>
  clock: Clock
  tickMs: number
  signal: AbortSignal
}): Promise<void> {
  while (!signal.aborted) {
    await tick().catch(() => undefined)
    await clock.sleep(tickMs, signal)
  }
}
