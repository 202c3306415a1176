import type { DictionaryChange, Forget, Item, Link, User } from '@freshet/contracts'
import { TOPICS, type EventLog } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import { createCatalogDesk } from './catalog-desk'
import { openClocks } from './clocks'
import { writeDeadLetters } from './dead-letters'
import { createEventDesk, type Taken } from './event-desk'
import type { EventTypes } from './event-types'
import { createHistoryDesk } from './history-desk'
import { openLetterBook } from './letter-book'
import { createLetterDesk, type LetterDesk } from './letter-desk'
import { INTAKE_DEFAULTS, type IntakeSettings } from './limits'
import type { Outcome, ReceivedEvent } from './outcome'
import { createPartitionWriter } from './partition-writer'
import { createTally, type Tally } from './tally'

/** Who the intake works with. */
export interface IntakeScope {
  readonly log: EventLog
  readonly clock: Clock
  readonly types: EventTypes
  /** What differs from {@link INTAKE_DEFAULTS}. */
  readonly settings?: Partial<IntakeSettings>
  /** Throws where nothing may be accepted now, such as DiskFullError: asked before anything is taken. */
  readonly assertSpace?: () => void
}

/** Where intake stands. */
export interface IntakeStatus extends Tally {
  /** The next offset of each partition of `events`. */
  readonly ends: readonly number[]
  /** Empty while the wall's clock rules. */
  readonly replayId: string
  /** Letters that the topic `dead-letter` holds, by code, as far as they have been counted. */
  readonly lettersByCode: Readonly<Record<string, number>>
  /** How many of them were replayed and taken. */
  readonly lettersReplayed: number
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
  /** What was refused for good. */
  readonly letters: LetterDesk
  status(): Promise<IntakeStatus>
  /** What of its status it knows without asking the log. */
  remembered(): Omit<IntakeStatus, 'ends'>
  /** One tick of the clock: {@link Intake.run} calls it once a second. */
  tick(): Promise<void>
  /** Ticks, and listens for replays of other processes, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** Opens the front door over a log: what ticked before a restart ticks on, what was replayed may be taken up again. */
export async function openIntake({ log, clock, types, settings: given, assertSpace = () => undefined }: IntakeScope): Promise<Intake> {
  const settings = { ...INTAKE_DEFAULTS, ...given }
  const partitions = log.partitions(TOPICS.events)
  const writerOf = (topic: string) => createPartitionWriter(log, topic, { clock, waitingBytesMax: settings.waitingBytesMax, assertSpace })
  const [events, refused] = [writerOf(TOPICS.events), writerOf(TOPICS.deadLetter)]
  const { live, replays, tick, run } = await openClocks({ log, clock, settings, writer: events, partitions })
  const tally = createTally()
  const desk = createEventDesk({ clock, settings, types, partitions, writer: events })
  const catalog = createCatalogDesk({ clock, settings, partitions: log.partitions(TOPICS.catalog), writer: writerOf(TOPICS.catalog) })
  const histories = createHistoryDesk({ clock, settings, partitions, writer: events, letters: refused })

  const settled = async ({ outcomes, refusals }: Taken): Promise<readonly Outcome[]> => {
    tally.count(outcomes)
    await writeDeadLetters(refused, refusals, { nowMs: clock.nowMs(), payloadBytesMax: settings.deadLetterBytesMax })
    return outcomes
  }
  const takeAgain = async (received: readonly ReceivedEvent[]): Promise<readonly Outcome[]> => {
    replays.assertLive()
    const { outcomes } = await desk.take(received, { source: TOPICS.deadLetter, onPartition: live.start })
    tally.count(outcomes)
    return outcomes
  }
  const book = openLetterBook(log)
  const letters = createLetterDesk({ log, book, writer: refused, take: takeAgain })
  const remembered = (): Omit<IntakeStatus, 'ends'> => ({
    ...{ ...tally.read(), lettersByCode: { ...book.byCode }, lettersReplayed: book.replayed.size },
    replayId: replays.current?.replayId ?? '',
  })
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
      const users = usersOf(whom, settings)
      const staying = refusedOf(users, await settled(await catalog.deleteUsers(users))) // first: nothing of the catalogue outlives the record that says so
      const taken = [...(await settled(await histories.forget(whom.filter(({ userId }) => !staying.has(userId)))))]
      return whom.flatMap(({ userId }) => staying.get(userId) ?? taken.splice(0, 1))
    },
    async link(links) {
      replays.assertLive()
      return settled(await histories.link(links, live.start))
    },
    changeDictionary: (change) => histories.tellAll(change),
    letters,
    async status() {
      await book.readOn(LETTERS_COUNTED_AT_ONCE)
      return { ends: await ends(), ...remembered() }
    },
    remembered,
    tick,
    run,
  }
}

const LETTERS_COUNTED_AT_ONCE = 5000 // of a long topic, the next call counts on

/** Those who may stand in the catalogue. */
const usersOf = (whom: readonly Forget[], { idCharactersMax }: IntakeSettings): string[] =>
  whom.flatMap(({ userId }) => (userId !== '' && userId.length <= idCharactersMax ? [userId] : []))

/** Those of whom the catalogue could not be told, and why. */
const refusedOf = (userIds: readonly string[], outcomes: readonly Outcome[]): ReadonlyMap<string, Outcome> =>
  new Map(userIds.flatMap((userId, i) => (outcomes[i].kind === 'refused' ? [[userId, outcomes[i]] as const] : [])))

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
