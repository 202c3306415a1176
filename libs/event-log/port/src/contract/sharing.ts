import type { JoinOptions } from '../event-log'
import { clicks, eachTrial, type OpenLog } from './trial'

/** What the members of a group may rely on. */
export function describeSharing(open: OpenLog): void {
  const trial = eachTrial()

  it('gives a single member all partitions', async () => {
    await using log = await open(trial())
    const alone = watch('alone')
    await using membership = await log.join('features', alone)
    await alone.until((partitions) => partitions.length === 4)
    await membership.report(clicks, 0)
    expect(alone.partitions()).toEqual([0, 1, 2, 3])
  })

  it('splits them with a second member, on whatever handle, and gives them back when it leaves', async () => {
    await using ours = await open(trial())
    await using theirs = await open(trial())
    const [a, b] = [watch('a'), watch('b')]
    await using first = await ours.join('features', a)
    const second = await theirs.join('features', b)
    await Promise.all([a.until(({ length }) => length === 2), b.until(({ length }) => length === 2)])
    expect([...a.partitions(), ...b.partitions()].sort()).toEqual([0, 1, 2, 3])
    await second[Symbol.asyncDispose]()
    await a.until(({ length }) => length === 4)
    expect(a.partitions()).toEqual([0, 1, 2, 3])
    await first.report(clicks, 0)
  })

  it('keeps groups apart', async () => {
    await using log = await open(trial())
    const [a, b] = [watch('a'), watch('b')]
    await using features = await log.join('features', a)
    await using audit = await log.join('audit', b)
    await Promise.all([a.until(({ length }) => length === 4), b.until(({ length }) => length === 4)])
    await Promise.all([features.report(clicks, 1), audit.report(clicks, 2)])
    expect([await log.reported('features', clicks), await log.reported('audit', clicks)]).toEqual([1, 2])
  })

  it('remembers the position that a member reported, for whoever asks', async () => {
    await using ours = await open(trial())
    await using theirs = await open(trial())
    await using membership = await ours.join('features', watch('a'))
    expect(await theirs.reported('features', clicks)).toBeUndefined()
    await membership.report(clicks, 7)
    await membership.report(clicks, 9)
    expect(await theirs.reported('features', clicks)).toBe(9)
    expect(await theirs.reported('audit', clicks)).toBeUndefined()
    expect(await theirs.reported('features', { topic: 'clicks', partition: 1 })).toBeUndefined()
  })
}

/** A member that remembers what it was told, and can wait to be told something. */
interface Watched extends JoinOptions {
  readonly partitions: () => readonly number[]
  readonly until: (holds: (partitions: readonly number[]) => boolean) => Promise<void>
}

function watch(member: string): Watched {
  let current: readonly number[] = []
  let told = (): void => undefined
  return {
    member,
    partitions: () => current,
    onAssigned: (partitions) => {
      current = partitions
      told()
    },
    until: (holds) =>
      new Promise((resolve) => {
        told = () => {
          if (holds(current)) resolve()
        }
        told()
      }),
  }
}
