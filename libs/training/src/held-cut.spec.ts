import { JournalRecord } from '@freshet/contracts'
import { type EventLog, JOURNAL } from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import { ask, kinds, start, untilLearned } from './running-trainer.fixture'
import { groups, openRoom, optionsOf, publish, type Room } from './training-room.fixture'
import type { Trainer } from './trainer'
import { replayTwin } from './verify'

/** A room whose owner made a cut durable and never told its result. */
async function afterCut(): Promise<Room> {
  const room = openRoom()
  const log: EventLog = {
    ...room.log,
    appendIf: async (to, expected, entry) => {
      if (JournalRecord.decode(entry.value).record?.$case === 'result') throw new UnavailableError('the log', 'wait until it is back')
      return room.log.appendIf(to, expected, entry)
    },
  }
  const first = await start(room, 'a', { instead: { log } })
  first.ended.catch(() => undefined)
  await publish(room.log, 0, groups(0, 8))
  await expect(ask(room, first.ended)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  return room
}

/** The same owner again, asked at each look at the journal's end: before it knows that it owns, when it does, and later. */
async function askedAtEveryLook(room: Room, question: (trainer: Trainer) => Promise<unknown>) {
  const answers: Promise<unknown>[] = []
  const asked: { trainer?: Trainer } = {}
  const log: EventLog = {
    ...room.log,
    next: (of) => {
      if (of.topic === JOURNAL.topic && asked.trainer && answers.length < 12) answers.push(question(asked.trainer))
      answers.at(-1)?.catch(() => undefined)
      return room.log.next(of)
    },
  }
  const running = await start(room, 'a', { instead: { log } })
  asked.trainer = running.trainer
  return { running, settle: () => ask(room, Promise.allSettled(answers)) }
}

describe('an owner that has made a cut and not survived it', () => {
  it('makes no version of a state without that cut: a twin from any version comes to the same', async () => {
    const room = await afterCut()
    const { running, settle } = await askedAtEveryLook(room, (trainer) => trainer.checkpoint())
    await untilLearned(room, running, 24)
    const refusals = (await settle()).flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    await ask(room, running.trainer.checkpoint())
    const { digest, step } = await ask(room, running.trainer.audit(0))
    expect(room.shelf.versions).not.toEqual([])
    for (const { facts } of room.shelf.versions) {
      const twin = await replayTwin({ ...(await optionsOf(room, 'twin')), from: facts.name })
      expect([facts.name, twin.step, twin.digest]).toEqual([facts.name, step, digest])
    }
    expect(refusals).toContainEqual(expect.objectContaining({ code: 'PRECONDITION' }))
    await running.stop()
  })

  it('hands nothing on before it has executed it', async () => {
    const room = await afterCut()
    const { running, settle } = await askedAtEveryLook(room, (trainer) => trainer.grant('b'))
    await untilLearned(room, running, 24)
    const [first] = await settle()
    expect(first).toMatchObject({ status: 'rejected', reason: { code: expect.stringMatching(/NOT_OWNER|PRECONDITION/) } })
    const seen = await kinds(room)
    expect(seen.slice(0, seen.indexOf('result'))).not.toContain('grant')
    await running.stop()
  })
})
