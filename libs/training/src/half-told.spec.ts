import { JournalRecord } from '@freshet/contracts'
import { type EventLog, JOURNAL } from '@freshet/event-log'
import { foldJournal, startFold } from '@freshet/follow'
import { UnavailableError } from '@freshet/kernel'
import { ask, journal, type Running, start, turn, untilLearned } from './running-trainer.fixture'
import { groups, openRoom, optionsOf, publish, type Room } from './training-room.fixture'
import type { Trainer } from './trainer'
import { replayTwin } from './verify'

const NEVER_DUE = { resultMs: 1e9 } // results are told when somebody asks, or when nothing is left to learn

interface Asked {
  readonly running: Running
  readonly answer: Promise<unknown>
}

/** A trainer that is asked something while steps wait to be told, and whose log is away for a moment just then. */
async function askedInTheMidst(room: Room, question: (trainer: Trainer) => Promise<unknown>): Promise<Asked> {
  let answer: Promise<unknown> | undefined
  let isAway = false
  const log: EventLog = {
    ...room.log,
    appendIf: async (to, expected, entry) => {
      const kind = JournalRecord.decode(entry.value).record?.$case
      if (isAway && kind === 'result') {
        isAway = false
        throw new UnavailableError('the log', 'wait until it is back')
      }
      const offset = await room.log.appendIf(to, expected, entry)
      if (kind === 'cut' && !answer) {
        isAway = true
        answer = question(running.trainer)
        answer.catch(() => undefined)
      }
      return offset
    },
  }
  const running: Running = await start(room, 'a', { ...NEVER_DUE, instead: { log } })
  running.ended.catch(() => undefined)
  await publish(room.log, 0, groups(0, 20))
  while (answer === undefined) await room.clock.advance(5)
  return { running, answer }
}

/** The journal's fold, and how many records it counts for nothing. */
async function folded(room: Room) {
  return (await journal(room)).reduce((state, record, offset) => foldJournal(state, record, offset).state, startFold())
}

describe.each([
  ['a version', (trainer: Trainer) => trainer.checkpoint()],
  ['a grant', (trainer: Trainer) => trainer.grant('b')],
])('an owner that is asked for %s, and cannot tell what it has learned', (_, question) => {
  it('says so, and ends: what is half told is told by whoever comes next', async () => {
    const room = openRoom()
    const { running, answer } = await askedInTheMidst(room, question)
    await expect(ask(room, answer)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await turn(room, 100)
    await expect(Promise.race([running.ended, Promise.resolve('it goes on')])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await using next = await start(room, 'a')
    await untilLearned(room, next, 60)
    const { step, digest } = await ask(room, next.trainer.checkpoint())
    expect(await folded(room)).toMatchObject({ voids: 0, step, resultStep: step })
    expect(await room.log.next(JOURNAL)).toBeGreaterThan(step)
    const twin = await replayTwin({ ...(await optionsOf({ ...room, shelf: openRoom().shelf }, 'twin')), until: step })
    expect(twin.digest).toBe(digest)
  })
})
