import { JournalRecord } from '@freshet/contracts'
import { JOURNAL } from '@freshet/event-log'
import { NotOwnerError } from './errors'
import { Trainer, type TrainerOptions } from './trainer'
import { optionsOf, type Room } from './training-room.fixture'

/** A trainer that runs. */
export interface Running extends AsyncDisposable {
  readonly trainer: Trainer
  /** Ends it as a crash does: whatever it has not appended is lost. */
  readonly stop: () => Promise<void>
  /** Rejects with what ended it. */
  readonly ended: Promise<void>
}

/** How it differs from the room's: in settings, and in what it is made of. */
export interface Difference extends Partial<TrainerOptions['settings']> {
  readonly instead?: Partial<TrainerOptions>
}

/** Starts one as a process would, over what the room keeps. */
export async function start(room: Room, id: string, { instead, ...settings }: Difference = {}): Promise<Running> {
  const trainer = await Trainer.open({ ...(await optionsOf(room, id, settings)), ...instead })
  const over = new AbortController()
  const running = trainer.run(over.signal)
  const quiet = running.catch(() => undefined)
  const stop = async (): Promise<void> => {
    over.abort()
    await Promise.race([quiet, turn(room, 2000)])
  }
  return { trainer, stop, ended: running, [Symbol.asyncDispose]: stop }
}

/** Lets time pass until `done`, a heartbeat at a time. */
export async function until(room: Room, done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    await room.clock.advance(10)
    if (await ask(room, done())) return
  }
  throw new NotOwnerError('the test', 'nobody: it waited too long')
}

/** Lets time pass. */
export const turn = (room: Room, ms: number): Promise<void> => room.clock.advance(ms)

/** Lets time pass until so many examples have been learned. */
export async function untilLearned(room: Room, { trainer }: Running, examples: number): Promise<void> {
  await until(room, async () => (await trainer.status()).examples >= examples)
}

/** Lets time pass until a question is answered. */
export async function ask<T>(room: Room, question: Promise<T>): Promise<T> {
  let isAnswered = false
  const settled = question.finally(() => (isAnswered = true))
  settled.catch(() => undefined)
  for (let i = 0; i < 200 && !isAnswered; i++) await room.clock.advance(5)
  return settled
}

/** The records of the journal. */
export async function journal(room: Room): Promise<JournalRecord[]> {
  const records = await room.log.read(JOURNAL, await room.log.first(JOURNAL), { records: 1e6 })
  return records.map(({ value }) => JournalRecord.decode(value))
}

/** Their kinds, heartbeats left out. */
export const kinds = async (room: Room): Promise<string[]> =>
  (await journal(room)).map(({ record }) => record?.$case ?? '').filter((kind) => kind !== 'heartbeat')
