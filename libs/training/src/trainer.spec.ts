import { JOURNAL } from '@freshet/event-log'
import { LineMismatchError, NotOwnerError } from './errors'
import { ask, journal, kinds, start, turn, until, untilLearned } from './running-trainer.fixture'
import { Trainer } from './trainer'
import { groups, openRoom, optionsOf, publish, type Room } from './training-room.fixture'
import { TrainingLine } from './training-line'
import { replayTwin } from './verify'

describe('a trainer', () => {
  it('begins a line, cuts before it steps, and tells what came of it', async () => {
    const room = openRoom()
    await using running = await start(room, 'a')
    await publish(room.log, 0, groups(0, 8))
    await untilLearned(room, running, 24)
    await turn(room, 100)
    const seen = await kinds(room)
    expect(seen[0]).toBe('genesis')
    expect(seen.indexOf('cut')).toBeLessThan(seen.indexOf('result'))
    expect(await ask(room, running.trainer.status())).toMatchObject({
      role: 'owner',
      epoch: 1,
      examples: 24,
      contains: [7, -1],
      lag: [0, 0],
    })
  })

  it('is rebuilt by a twin to the same digest', async () => {
    const room = openRoom()
    await using running = await start(room, 'a')
    await publish(room.log, 0, groups(0, 20))
    await publish(room.log, 1, groups(100, 20))
    await untilLearned(room, running, 120)
    const version = await ask(room, running.trainer.checkpoint())
    const twin = await replayTwin({ ...(await optionsOf({ ...room, shelf: openRoom().shelf }, 'twin')), until: version.step })
    expect(twin).toMatchObject({ from: '', step: version.step, digest: version.digest })
  })

  it('goes on after a restart where it was, from its version and the journal', async () => {
    const room = openRoom()
    const first = await start(room, 'a-1')
    await publish(room.log, 0, groups(0, 10))
    await untilLearned(room, first, 30)
    await ask(room, first.trainer.checkpoint())
    await publish(room.log, 0, groups(10, 6))
    await untilLearned(room, first, 48)
    await first.stop()
    await using second = await start(room, 'a-2')
    await publish(room.log, 0, groups(16, 4))
    await untilLearned(room, second, 60)
    const { step, digest } = await ask(room, second.trainer.audit(0))
    const twin = await replayTwin({ ...(await optionsOf({ ...room, shelf: openRoom().shelf }, 'twin')), until: step })
    expect(twin.digest).toBe(digest)
    expect(await ask(room, second.trainer.status())).toMatchObject({ role: 'owner', epoch: 2, duplicates: 0 })
  })

  it('passes over a version that cannot be opened, names it, and uses the one before', async () => {
    const room = openRoom()
    const first = await start(room, 'a-1')
    await publish(room.log, 0, groups(0, 10))
    await untilLearned(room, first, 30)
    await ask(room, first.trainer.checkpoint())
    await first.stop()
    const [{ facts, contents }] = room.shelf.versions
    room.shelf.versions.push({ facts: { ...facts, name: 'v-broken' }, contents: { ...contents, tensors: {} } })
    await using second = await start(room, 'a-2')
    await publish(room.log, 0, groups(10, 1))
    await untilLearned(room, second, 33)
    expect(room.notices).toContainEqual({ kind: 'version-skipped', skipped: expect.objectContaining({ version: 'v-broken' }) })
  })

  it('puts a whole version in the place of one that could not be opened, for readers who wait for it', async () => {
    const room = openRoom()
    const first = await start(room, 'a-1')
    await publish(room.log, 0, groups(0, 10))
    await untilLearned(room, first, 30)
    const { digest } = await ask(room, first.trainer.checkpoint())
    await first.stop()
    for (const version of room.shelf.versions) version.contents = { ...version.contents, table: [] }
    const damaged = room.shelf.versions.length
    await using second = await start(room, 'a-2')
    await until(room, async () => (await second.trainer.status()).role === 'owner' && room.shelf.versions.length > damaged)
    const newest = room.shelf.versions.at(-1)
    expect(newest?.facts).toMatchObject({ epoch: 2, digest })
    expect(newest?.contents.table).not.toEqual([])
  })

  it('leaves an owner that shows signs of life alone, and takes over after four missed ones', async () => {
    const room = openRoom()
    const owner = await start(room, 'a')
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, owner, 12)
    await using standby = await start(room, 'b')
    await turn(room, 3000)
    expect(await ask(room, standby.trainer.status())).toMatchObject({ role: 'follower', owner: 'a', examples: 12 })
    await owner.stop()
    await until(room, async () => (await standby.trainer.status()).role === 'owner')
    await publish(room.log, 0, groups(4, 4))
    await untilLearned(room, standby, 24)
    expect(await ask(room, standby.trainer.status())).toMatchObject({ epoch: 2, owner: 'b', duplicates: 0 })
  })

  it('hands over by a grant: the target cuts next, the source follows, and both agree', async () => {
    const room = openRoom()
    await using source = await start(room, 'a')
    await publish(room.log, 0, groups(0, 8))
    await untilLearned(room, source, 24)
    await using target = await start(room, 'b')
    await untilLearned(room, target, 24)
    await ask(room, source.trainer.grant('b'))
    await until(room, async () => (await target.trainer.status()).role === 'owner')
    await publish(room.log, 1, groups(50, 8))
    await untilLearned(room, target, 48)
    await untilLearned(room, source, 48)
    const [ours, theirs] = [await ask(room, source.trainer.audit(0)), await ask(room, target.trainer.audit(0))]
    expect(theirs).toEqual(ours)
    expect(await ask(room, source.trainer.status())).toMatchObject({ role: 'follower', epoch: 2, owner: 'b' })
  })

  it('takes the line back from a target that never cuts', async () => {
    const room = openRoom()
    await using source = await start(room, 'a')
    await publish(room.log, 0, groups(0, 2))
    await untilLearned(room, source, 6)
    await ask(room, source.trainer.grant('nobody-there'))
    await until(room, async () => (await source.trainer.status()).role === 'owner')
    await publish(room.log, 0, groups(2, 2))
    await untilLearned(room, source, 12)
    expect(await ask(room, source.trainer.status())).toMatchObject({ epoch: 3 })
  })

  it('is deposed by a claim that it has not seen, and follows from a version', async () => {
    const room = openRoom()
    await using zombie = await start(room, 'a')
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, zombie, 12)
    const { desk } = await openDesk(room)
    await desk.append({ $case: 'claim', claim: { previous: desk.state.lastOffset, reason: 'silence' } }, desk.state.epoch + 1)
    await publish(room.log, 0, groups(4, 4))
    await until(room, async () => (await zombie.trainer.status()).owner !== 'a' || (await zombie.trainer.status()).epoch > 2)
    const cuts = (await journal(room)).filter(({ record }) => record?.$case === 'cut')
    expect(cuts.every(({ epoch }, i) => i === 0 || epoch >= cuts[i - 1].epoch)).toBe(true)
  })

  it('refuses what only the owner may do, naming the owner', async () => {
    const room = openRoom()
    await using owner = await start(room, 'a')
    await publish(room.log, 0, groups(0, 1))
    await untilLearned(room, owner, 3)
    await using standby = await start(room, 'b')
    await turn(room, 50)
    await expect(ask(room, standby.trainer.grant('c'))).rejects.toThrow('trainer b does not own the model set, a does; ask the owner')
    await expect(ask(room, standby.trainer.serve(''))).rejects.toThrow(NotOwnerError)
    await expect(ask(room, owner.trainer.reopen(room.shelf))).rejects.toThrow('the owner cannot follow')
  })

  it('refuses a line of another dictionary or model', async () => {
    const room = openRoom()
    await using owner = await start(room, 'a')
    await turn(room, 50)
    const options = await optionsOf(room, 'b')
    await expect(Trainer.open({ ...options, genesis: { ...options.genesis, dictionaryHash: 'd1' } })).rejects.toThrow(LineMismatchError)
    await expect(Trainer.open({ ...options, genesis: { ...options.genesis, model: '{}' } })).rejects.toThrow('use another data directory')
    expect(owner.trainer).toBeDefined()
  })

  it('answers an audit exactly at the step that was named', async () => {
    const room = openRoom()
    await using owner = await start(room, 'a')
    await publish(room.log, 0, groups(0, 2))
    await untilLearned(room, owner, 6)
    const { step } = await ask(room, owner.trainer.audit(0))
    const later = owner.trainer.audit(step + 2)
    for (let i = 0; i < 4; i++) {
      await publish(room.log, 0, groups(2 + i, 1))
      await untilLearned(room, owner, 9 + 3 * i)
    }
    const answer = await later
    const twin = await replayTwin({ ...(await optionsOf({ ...room, shelf: openRoom().shelf }, 'twin')), until: step + 2 })
    expect(answer).toEqual({ step: step + 2, digest: twin.digest })
    await expect(ask(room, owner.trainer.audit(1))).rejects.toThrow('step 1 is behind the trainer')
  })

  it('catches up in large cuts, leaves rows out meanwhile, and gives readers a version at the end', async () => {
    const room = openRoom()
    await publish(room.log, 0, groups(0, 60))
    await using running = await start(room, 'a')
    await untilLearned(room, running, 180)
    await turn(room, 500)
    const results = (await journal(room)).flatMap(({ record }) => (record?.$case === 'result' ? [record.result] : []))
    expect(results.some(({ rowsOmitted }) => rowsOmitted)).toBe(true)
    expect(room.shelf.versions.at(-1)?.facts).toMatchObject({ step: results.at(-1)?.toStep })
    await publish(room.log, 0, groups(60, 2))
    await untilLearned(room, running, 186)
    await turn(room, 100)
    const later = (await journal(room)).flatMap(({ record }) => (record?.$case === 'result' ? [record.result] : [])).slice(results.length)
    expect(later.at(-1)).toMatchObject({ rowsOmitted: false, continues: false })
    expect(later.some(({ rowIds }) => rowIds.length > 0)).toBe(true)
  })

  it('retires what no kept version needs, and a twin still starts from the oldest one kept', async () => {
    const room = openRoom()
    await using running = await start(room, 'a', { versionsKept: 2 })
    for (let i = 0; i < 4; i++) {
      await publish(room.log, 0, groups(4 * i, 4))
      await untilLearned(room, running, 12 * (i + 1))
      await ask(room, running.trainer.checkpoint())
    }
    expect(room.shelf.versions).toHaveLength(2)
    expect(await room.log.first(JOURNAL)).toBe(room.shelf.versions[0].facts.journalOffset - 1) // the record that it knows its log by
    const { step, digest } = await ask(room, running.trainer.audit(0))
    const from = room.shelf.versions[0].facts.name
    expect(await replayTwin({ ...(await optionsOf(room, 'twin')), from, until: step })).toMatchObject({ from, digest })
  })

  it('counts no version that could not be opened among those that must be kept', async () => {
    const room = openRoom()
    const first = await start(room, 'a')
    for (let i = 0; i < 3; i++) {
      await publish(room.log, 0, groups(4 * i, 4))
      await untilLearned(room, first, 12 * (i + 1))
      await ask(room, first.trainer.checkpoint())
    }
    await first.stop()
    const newest = room.shelf.versions[2]
    newest.contents = { ...newest.contents, table: [] }
    await using second = await start(room, 'b')
    await until(room, async () => (await second.trainer.status()).role === 'owner' && room.shelf.versions.length > 3)
    const [oldest] = room.shelf.versions
    expect(room.shelf.versions.filter(({ contents }) => contents.table.length > 0)).toHaveLength(3)
    expect(await room.log.first(JOURNAL)).toBe(oldest.facts.journalOffset - 1)
  })

  it('does not begin anew where the journal has been trimmed and no version can be opened', async () => {
    const room = openRoom()
    const running = await start(room, 'a', { versionsKept: 1 })
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, running, 12)
    await ask(room, running.trainer.checkpoint())
    await running.stop()
    for (const version of room.shelf.versions) version.contents = { ...version.contents, table: [] }
    await expect(start(room, 'b')).rejects.toThrow(/the journal: it begins at \d+, and no version can be opened: v\d+-e1 /)
  })

  it('turns rankers to a version that exists, keeps it while they answer by it, and refuses one that does not', async () => {
    const room = openRoom()
    await using running = await start(room, 'a')
    await publish(room.log, 0, groups(0, 2))
    await untilLearned(room, running, 6)
    const { name } = await ask(room, running.trainer.checkpoint())
    await ask(room, running.trainer.serve(name))
    expect((await kinds(room)).at(-1)).toBe('serve')
    expect((await ask(room, running.trainer.status())).serving).toBe(name)
    for (let i = 1; i <= 4; i++) {
      await publish(room.log, 0, groups(2 * i, 2))
      await untilLearned(room, running, 6 * (i + 1))
      await ask(room, running.trainer.checkpoint())
    }
    expect(room.shelf.versions.map(({ facts }) => facts.name)).toContain(name)
    await expect(ask(room, running.trainer.serve('v-none'))).rejects.toThrow("version 'v-none' does not exist")
  })
})

async function openDesk(room: Room) {
  const line = await TrainingLine.open(await optionsOf(room, 'usurper'))
  for (let records = await line.desk.readOn(); records.length > 0;) records = await line.desk.readOn()
  return line
}
