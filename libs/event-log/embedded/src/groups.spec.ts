import { setImmediate } from 'node:timers/promises'
import { fakeClock, temporaryDirectory, type FakeClock } from '@freshet/testing'
import { openGroups, type Groups } from './groups'

describe('the groups of a data directory', () => {
  it('give a member everything at once, before its joining is answered', async () => {
    await using directory = await temporaryDirectory()
    await using groups = open(directory.path, fakeClock())
    const told = await join(groups, 'a')
    expect(told).toEqual([[0, 1, 2, 3]])
  })

  it('tell a member on another handle within a tenth of a second', async () => {
    await using directory = await temporaryDirectory()
    const clock = fakeClock()
    await using ours = open(directory.path, clock)
    await using theirs = open(directory.path, clock)
    const a = await join(ours, 'a')
    const b = await join(theirs, 'b')
    expect([a, b]).toEqual([[[0, 1, 2, 3]], [[1, 3]]])
    await clock.advance(100)
    expect(a.at(-1)).toEqual([0, 2])
  })

  it('hand over the share of a member that has been silent for four heartbeats, and no sooner', async () => {
    await using directory = await temporaryDirectory()
    const [clock, stopped] = [fakeClock(), fakeClock()]
    await using ours = open(directory.path, clock)
    await using theirs = open(directory.path, stopped)
    const a = await join(ours, 'a')
    await join(theirs, 'b')
    await clock.advance(3900)
    expect(a.at(-1)).toEqual([0, 2])
    await clock.advance(200)
    expect(a.at(-1)).toEqual([0, 1, 2, 3])
  })

  it('take a silent member back when it is heard again', async () => {
    await using directory = await temporaryDirectory()
    const [clock, halting] = [fakeClock(), fakeClock()]
    await using ours = open(directory.path, clock)
    await using theirs = open(directory.path, halting)
    const a = await join(ours, 'a')
    await join(theirs, 'b')
    await clock.advance(5000)
    expect(a.at(-1)).toEqual([0, 1, 2, 3])
    await halting.advance(5000)
    await until(clock, () => a.at(-1)?.length === 2)
    expect(a.at(-1)).toEqual([0, 2])
  })

  it('let a member that beats stay, however long', async () => {
    await using directory = await temporaryDirectory()
    const clock = fakeClock()
    await using groups = open(directory.path, clock)
    const told = await join(groups, 'a')
    for (let second = 0; second < 10; second++) await clock.advance(1000)
    expect(told).toEqual([[0, 1, 2, 3]])
  })

  it('count a name that joins anew once', async () => {
    await using directory = await temporaryDirectory()
    const clock = fakeClock()
    {
      await using groups = open(directory.path, clock)
      await join(groups, 'a')
    }
    await using groups = open(directory.path, clock)
    expect(await join(groups, 'a')).toEqual([[0, 1, 2, 3]])
  })
})

const open = (directory: string, clock: FakeClock): Groups => openGroups({ directory, partitions: 4, clock })

/** Joins; the shares that the member is told, as they come. */
async function join(groups: Groups, member: string): Promise<(readonly number[])[]> {
  const told: (readonly number[])[] = []
  await groups.join('features', { member, onAssigned: (partitions) => void told.push(partitions) })
  return told
}

/** Lets time pass until `holds`: a heartbeat is written by a thread, which no clock of ours moves, so each turn gives that thread a while. */
async function until(clock: FakeClock, holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 30 && !holds(); turn++) {
    for (const sinceMs = performance.now(); performance.now() - sinceMs < 100;) await setImmediate()
    await clock.advance(100)
  }
}
