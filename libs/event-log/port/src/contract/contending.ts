import { OffsetConflictError } from '../errors'
import type { EventLog } from '../event-log'
import { ALL, clicks, eachTrial, entries, keys, never, type OpenLog } from './trial'

/** What several writers of one partition may rely on. */
export function describeContending(open: OpenLog): void {
  const trial = eachTrial()

  it('gives each of two handles its own offsets, and loses nothing of either', async () => {
    await using ours = await open(trial())
    await using theirs = await open(trial())
    const write = async (log: EventLog, name: string) => {
      for (let i = 0; i < 40; i++) await log.append(clicks, entries(`${name}${i}a`, `${name}${i}b`))
    }
    await Promise.all([write(ours, 'o'), write(theirs, 't')])
    const found = keys(await ours.read(clicks, 0, ALL))
    const expected = (name: string) => Array.from({ length: 40 }, (_, i) => [`${name}${i}a`, `${name}${i}b`]).flat()
    expect(found.filter((key) => key.startsWith('o'))).toEqual(expected('o'))
    expect(found.filter((key) => key.startsWith('t'))).toEqual(expected('t'))
    expect(await theirs.next(clicks)).toBe(160)
  })

  it('lets exactly one of two owners append at the same offset, whichever handle they use', async () => {
    await using ours = await open(trial())
    await using theirs = await open(trial())
    let at = 0
    for (let round = 0; round < 10; round++) {
      const won = await contend(ours, theirs, at)
      expect((await ours.read(clicks, at, ALL)).map(({ offset }) => offset)).toEqual([won])
      expect((await theirs.read(clicks, at, ALL)).map(({ offset }) => offset)).toEqual([won])
      at = won + 1
    }
    expect(await ours.read(clicks, 0, ALL)).toHaveLength(10)
  })
}

/** What a lost race leaves behind: nothing that anybody sees, and nothing that is in the way. */
export function describeLosing(open: OpenLog): void {
  const trial = eachTrial()

  it('shows the same records to readers, wherever they begin, whatever was lost in races', async () => {
    await using ours = await open(trial())
    await using theirs = await open(trial())
    for (let round = 0, at = 0; round < 5; round++) at = (await contend(ours, theirs, at)) + 1
    await ours.append(clicks, entries('last'))
    await using fresh = await open(trial())
    const all = await fresh.read(clicks, 0, ALL)
    for (let from = 0; from <= (await fresh.next(clicks)); from++)
      expect(await fresh.read(clicks, from, ALL)).toEqual(all.filter(({ offset }) => offset >= from))
  })

  it('lets whoever has read to the end append there, from its last record or from the next offset', async () => {
    await using ours = await open(trial())
    await using theirs = await open(trial())
    const read = (await contend(ours, theirs, 0)) + 1
    const second = await theirs.appendIf(clicks, read, entries('from the last record')[0])
    expect(second).toBeGreaterThanOrEqual(read)
    await contend(ours, theirs, second + 1)
    await ours.appendIf(clicks, await ours.next(clicks), entries('from the next offset')[0])
    expect(keys(await theirs.read(clicks, read, ALL))).toEqual(['from the last record', 'contender', 'from the next offset'])
  })

  it('wakes nobody for an attempt that was lost', async () => {
    await using ours = await open(trial())
    await using theirs = await open(trial())
    const read = (await contend(ours, theirs, 0)) + 1
    const woken: string[] = []
    const waiting = ours.grown(clicks, read, never()).then(() => woken.push('ours'))
    for (let look = 0; look < 20; look++) expect(await ours.read(clicks, read, ALL)).toEqual([])
    expect(woken).toEqual([])
    await theirs.append(clicks, entries('a'))
    await waiting
    expect(keys(await ours.read(clicks, read, ALL))).toEqual(['a'])
  })

  it('says where a partition really ends to an owner that expected otherwise, early or late', async () => {
    await using log = await open(trial())
    await log.append(clicks, entries('a', 'b'))
    await expect(log.appendIf(clicks, 1, entries('c')[0])).rejects.toMatchObject({ expected: 1, next: 2 })
    await expect(log.appendIf(clicks, 3, entries('c')[0])).rejects.toThrow('expected clicks/0 to end at 3, but it ends at 2')
    expect(keys(await log.read(clicks, 0, ALL))).toEqual(['a', 'b'])
  })
}

/** Two owners try to append at the same offset; where the one that succeeded stands. The other learns that it came too late. */
async function contend(ours: EventLog, theirs: EventLog, at: number): Promise<number> {
  const [entry] = entries('contender')
  const outcomes = await Promise.allSettled([ours.appendIf(clicks, at, entry), theirs.appendIf(clicks, at, entry)])
  expect(outcomes).toContainEqual({ status: 'rejected', reason: expect.any(OffsetConflictError) as unknown })
  const offsets = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  expect(offsets).toEqual([expect.any(Number)])
  return offsets[0]
}
