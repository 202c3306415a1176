import { type EventLog, JOURNAL, TOPICS } from '@freshet/event-log'
import { OtherLogError } from './errors'
import { beside, emptyLog, endsOf, type LogEnds, logAsOf } from './restored-log.fixture'
import { ask, journal, type Running, start, turn, until, untilLearned } from './running-trainer.fixture'
import { group, groups, MemoryShelf, openRoom, optionsOf, publish, type Room } from './training-room.fixture'
import { replayTwin } from './verify'

/** Three versions of 12, 24 and 36 examples; and where the log ended after the first, and after the second. */
async function learned(): Promise<{ readonly room: Room; readonly ends: readonly LogEnds[] }> {
  const room = openRoom()
  const ends: LogEnds[] = []
  await using running = await start(room, 'a', { versionsKept: 9 })
  for (let i = 0; i < 3; i++) {
    await publish(room.log, i % 2, groups(4 * i, 4))
    await untilLearned(room, running, 12 * (i + 1))
    await ask(room, running.trainer.checkpoint())
    ends.push(await endsOf(room.log))
  }
  return { room, ends }
}

const namesOf = (versions: MemoryShelf['versions']): string[] => versions.map(({ facts }) => facts.name)

/** Says that a trainer's state is what the journal's first record leads to, in the log that is at hand. */
async function expectTwin(room: Room, { trainer }: Running): Promise<void> {
  const { step, digest } = await ask(room, trainer.audit(0))
  const twin = await ask(room, replayTwin({ ...(await optionsOf({ ...room, shelf: new MemoryShelf() }, 'twin')), until: step }))
  expect([twin.from, twin.step, twin.digest]).toEqual(['', step, digest])
}

/** What has been learned of a partition, by the cuts of the journal: each record once, in order. */
async function cutOf(room: Room, partition: number): Promise<number[]> {
  const cuts = (await journal(room)).flatMap(({ record }) => (record?.$case === 'cut' ? record.cut.ranges : []))
  return cuts
    .filter((range) => range.partition === partition)
    .flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))
}

const offsets = (end: number): number[] => Array.from({ length: end }, (_, i) => i)

describe('a trainer beside a log that was brought back from a backup', () => {
  it('goes on from the newest version which that log confirms, once it has waited for its end; newer ones are set aside', async () => {
    const { room, ends } = await learned()
    const restored = beside(room, await logAsOf(room.log, ends[1]))
    const [first, second, third] = namesOf(room.shelf.versions)
    await using running = await ask20s(restored, start(restored, 'b'))
    expect([namesOf(room.shelf.versions), namesOf(room.shelf.aside)]).toEqual([[first, second], [third]])
    expect(restored.notices).toContainEqual({
      kind: 'version-set-aside',
      foreign: { version: third, reason: expect.stringMatching(/^it contains the journal up to \d+, which ends before$/) as string },
    })
    await until(restored, async () => (await running.trainer.status()).role === 'owner')
    expect(await ask(restored, running.trainer.status())).toMatchObject({ examples: 24, beyond: [0, 0], lag: [0, 0] })
  })

  it('learns what is appended since, all of it and once, though its old versions speak of more: the digest is a twin’s', async () => {
    const { room, ends } = await learned()
    const restored = beside(room, await logAsOf(room.log, ends[0]))
    await using running = await ask20s(restored, start(restored, 'b'))
    await publish(restored.log, 0, groups(100, 7))
    await publish(restored.log, 1, groups(100, 6))
    await untilLearned(restored, running, 12 + 39)
    expect([await cutOf(restored, 0), await cutOf(restored, 1)]).toEqual([offsets(11), offsets(6)])
    await expectTwin(restored, running)
    await ask(restored, running.trainer.checkpoint()) // under a name that an old version may have had
    expect(room.shelf.aside).toHaveLength(2)
  })

  it('finds out though that log has grown past all versions before it is started', async () => {
    const { room, ends } = await learned()
    const restored = beside(room, await logAsOf(room.log, ends[0]))
    {
      const apart = { ...restored, shelf: new MemoryShelf() }
      await using other = await start(apart, 'b')
      await publish(restored.log, 0, groups(200, 40))
      await untilLearned(apart, other, 12 + 120)
      await until(apart, async () => (await restored.log.next(JOURNAL)) > (await room.log.next(JOURNAL)) + 20)
    }
    await using running = await start(restored, 'c') // at once: another record says it, and no end needs to be waited for
    expect(namesOf(room.shelf.aside)).toHaveLength(2)
    await publish(restored.log, 1, groups(200, 5))
    await untilLearned(restored, running, 12 + 120 + 15)
    expect([await cutOf(restored, 0), await cutOf(restored, 1)]).toEqual([offsets(44), offsets(5)])
    await expectTwin(restored, running)
  })

  it('tells an idle owner’s journal from the one that it goes on with after the restore, in the same epoch and by the same name', async () => {
    const room = openRoom()
    let backedUp: LogEnds = []
    {
      await using running = await start(room, 'a', { versionRecords: 4, versionsKept: 99 })
      await publish(room.log, 0, groups(0, 4))
      await untilLearned(room, running, 12)
      await ask(room, running.trainer.checkpoint())
      backedUp = await endsOf(room.log)
      await turn(room, 3000)
      await ask(room, running.trainer.checkpoint())
    }
    const restored = beside(room, await logAsOf(room.log, backedUp))
    {
      await using other = await start({ ...restored, shelf: new MemoryShelf() }, 'a')
      await turn(restored, 6000)
      expect((await ask(restored, other.trainer.status())).epoch).toBe(1)
    }
    await using again = await start(restored, 'c')
    expect([room.shelf.aside.length > 0, (await ask(restored, again.trainer.status())).examples]).toEqual([true, 12])
    expect(restored.notices).toContainEqual(
      expect.objectContaining({
        foreign: expect.objectContaining({ reason: expect.stringMatching(/another record at/) as string }) as object,
      }),
    )
  })

  it('reads versions that do not say by what records they know it, and holds them against its end', async () => {
    const { room, ends } = await learned()
    for (const [i, { facts, contents }] of room.shelf.versions.entries())
      room.shelf.versions[i] = { facts: { ...facts, lastRead: undefined }, contents }
    const restored = beside(room, await logAsOf(room.log, ends[1]))
    await using running = await ask20s(restored, start(restored, 'b'))
    expect(room.shelf.aside).toHaveLength(1)
    expect((await ask(restored, running.trainer.status())).examples).toBe(24)
  })

  it('waits for an end that has not been heard of yet, and loses no version by it', async () => {
    const { room } = await learned()
    let isLate = true
    const late: EventLog = { ...room.log, next: async (of) => Math.max(0, (await room.log.next(of)) - (isLate ? 9 : 0)) }
    const starting = start(beside(room, late), 'b')
    await turn(room, 9000)
    isLate = false
    await using running = await ask(room, starting)
    expect([room.shelf.versions.length, room.shelf.aside.length]).toEqual([3, 0])
    expect((await ask(room, running.trainer.status())).examples).toBe(36)
  })

  it('does not take the one version that was asked for where it is of another log', async () => {
    const { room, ends } = await learned()
    const restored = beside(room, await logAsOf(room.log, ends[0]))
    const [, , { facts }] = room.shelf.versions
    const twin = ask20s(restored, replayTwin({ ...(await optionsOf(restored, 'twin')), from: facts.name }))
    await expect(twin).rejects.toThrow(`version ${facts.name} is of another log: it contains the journal up to`)
    expect(room.shelf.aside).toEqual([])
  })
})

describe('a trainer beside a log that was emptied', () => {
  it('begins a new line at its first record, and sets all versions aside', async () => {
    const { room } = await learned()
    const emptied = beside(room, emptyLog())
    await using running = await ask20s(emptied, start(emptied, 'b'))
    await publish(emptied.log, 0, groups(0, 9))
    await untilLearned(emptied, running, 27)
    await ask(emptied, running.trainer.checkpoint())
    expect([room.shelf.aside.length, room.shelf.versions.length]).toEqual([3, 1])
    expect(await cutOf(emptied, 0)).toEqual(offsets(9))
    await expectTwin(emptied, running)
  })

  it('does not where that log has lost its beginning, which a new line would pass over: it says so, and keeps its versions', async () => {
    const { room } = await learned()
    const examples = { topic: TOPICS.examples, partition: 1 }
    for (const place of [examples, JOURNAL]) {
      const trimmed = beside(room, emptyLog())
      await trimmed.log.append(place, [{ key: 'u', value: new Uint8Array(1) }])
      await trimmed.log.trim(place, 1)
      const starting = ask20s(trimmed, start(trimmed, 'b'))
      await expect(starting).rejects.toThrow(OtherLogError)
      await expect(starting).rejects.toThrow(
        new RegExp(`^all versions are of another log: v.*${place.topic}\\S* begins at 1; bring back the log`),
      )
      expect([room.shelf.versions.length, room.shelf.aside.length]).toEqual([3, 0])
    }
  })
})

describe('a log that is replaced while a trainer runs', () => {
  it('lets it stand still, claim nothing and say so while the journal ends before what was read; then it ends', async () => {
    const { room, ends } = await learned()
    const log = { current: room.log }
    const running = await start(beside(room, new Proxy(room.log, { get: (_, verb: keyof EventLog) => log.current[verb] })), 'b')
    let failure: unknown
    running.ended.catch((error: unknown) => (failure = error))
    log.current = await logAsOf(room.log, ends[0])
    const before = await log.current.next(JOURNAL)
    await turn(room, 5000)
    const { journalShortBy, role } = await ask(room, running.trainer.status())
    expect([journalShortBy > 0, role, failure]).toEqual([true, 'follower', undefined])
    await turn(room, 9000)
    expect(failure).toBeInstanceOf(OtherLogError)
    expect(String(failure)).toMatch(/the journal that was read is of another log: it was read up to \d+, and ends at \d+; bring back/)
    expect(await log.current.next(JOURNAL)).toBe(before)
  })

  it('has its owner go on from the version which the new one confirms, without a restart', async () => {
    const { room, ends } = await learned()
    const log = { current: room.log }
    const replaced = beside(room, new Proxy(room.log, { get: (_, verb: keyof EventLog) => log.current[verb] }))
    await using running = await start(replaced, 'b')
    await until(replaced, async () => (await running.trainer.status()).role === 'owner')
    log.current = await logAsOf(room.log, ends[0])
    await turn(replaced, 11_000)
    await until(replaced, async () => (await running.trainer.status()).role === 'owner')
    expect([room.shelf.versions.length, room.shelf.aside.length]).toEqual([1, 2])
    await publish(replaced.log, 1, groups(300, 3))
    await untilLearned(replaced, running, 12 + 9)
    await expectTwin(replaced, running)
  })
})

describe('examples of another log, below a journal that stayed', () => {
  const EXAMPLES = { topic: TOPICS.examples, partition: 0 }

  /** The room's log, but for the examples of its first partition. */
  async function withOtherExamples(room: Room): Promise<Room> {
    const other = emptyLog()
    await publish(other, 0, groups(500, 2))
    const of = (place: { readonly topic: string; readonly partition: number }): EventLog =>
      place.topic === EXAMPLES.topic && place.partition === 0 ? other : room.log
    const log: EventLog = {
      ...room.log,
      append: (to, entries) => of(to).append(to, entries),
      read: (place, from, limit) => of(place).read(place, from, limit),
      next: (place) => of(place).next(place),
      first: (place) => of(place).first(place),
      grown: (place, offset, signal) => of(place).grown(place, offset, signal),
      trim: (place, below) => of(place).trim(place, below),
    }
    return beside(room, log)
  }

  it('let their partition stand still, also once they have grown past what was learned; the others go on', async () => {
    const { room } = await learned()
    const mixed = await withOtherExamples(room)
    await using running = await start(mixed, 'b')
    await until(mixed, async () => (await running.trainer.status()).role === 'owner')
    await turn(mixed, 500)
    expect((await ask(mixed, running.trainer.status())).beyond).toEqual([6, 0])
    const short = { kind: 'standing', because: [expect.stringMatching(/^examples\/0 ends before what was learned of it/) as string] }
    expect(mixed.notices).toContainEqual(short)
    await publish(mixed.log, 0, groups(600, 20))
    await publish(mixed.log, 1, groups(600, 2))
    await untilLearned(mixed, running, 36 + 6)
    await turn(mixed, 2000)
    const status = await ask(mixed, running.trainer.status())
    expect([status.ofAnotherLog, status.beyond, status.examples]).toEqual([[0], [0, 0], 42])
    expect(mixed.notices.at(-1)).toEqual({
      kind: 'standing',
      because: ['examples/0 has another record where the last one lay that was learned: it is another log'],
    })
    expect(await cutOf(mixed, 0)).toEqual(offsets(8))
  })

  it('are known by the versions that are made meanwhile, too: a restart changes nothing', async () => {
    const { room } = await learned()
    const mixed = await withOtherExamples(room)
    await publish(mixed.log, 0, groups(600, 20))
    await publish(mixed.log, 1, groups(600, 2))
    {
      await using running = await start(mixed, 'b')
      await untilLearned(mixed, running, 42)
      await ask(mixed, running.trainer.checkpoint())
    }
    await publish(mixed.log, 1, groups(700, 2))
    await using again = await start(mixed, 'c')
    await untilLearned(mixed, again, 48)
    await turn(mixed, 1000)
    expect(await ask(mixed, again.trainer.status())).toMatchObject({ ofAnotherLog: [0], examples: 48 })
  })

  it('are not executed by who replays a cut that names others, nor waited for without end', async () => {
    const { room } = await learned()
    const from = room.shelf.versions[0].facts.name
    const mixed = await withOtherExamples(room)
    const short = replayTwin({ ...(await optionsOf(mixed, 'twin')), from })
    await expect(ask20s(mixed, short)).rejects.toThrow(
      /the journal is of another log: a cut of it names examples\/0 up to \d, which ends at 2/,
    )
    await publish(mixed.log, 0, [group(600), group(601), group(602), group(603), group(604), group(605)])
    const other = replayTwin({ ...(await optionsOf(mixed, 'twin')), from })
    await expect(other).rejects.toThrow(/what was learned of partition 0 is of another log: examples\/0 has another record at 3;/)
  })
})

/** Lets up to twenty seconds pass until a question is answered. */
async function ask20s<T>(room: Room, question: Promise<T>): Promise<T> {
  let isAnswered = false
  const settled = question.finally(() => (isAnswered = true))
  settled.catch(() => undefined)
  for (let i = 0; i < 200 && !isAnswered; i++) await room.clock.advance(100)
  return settled
}
