import type { EventLog } from '../event-log'
import { ALL, clicks, eachTrial, entries, keys, never, type OpenLog } from './trial'

/** What those who wait for records may rely on. */
export function describeGrowing(open: OpenLog): void {
  const trial = eachTrial()

  it('resolves at once where there is something to read already', async () => {
    await using log = await open(trial())
    await log.append(clicks, entries('a'))
    await log.grown(clicks, 0, never())
    expect(keys(await log.read(clicks, 0, ALL))).toEqual(['a'])
  })

  it('wakes those who wait for a record when it is appended, and not those who wait for a later one', async () => {
    await using log = await open(trial())
    const woken: string[] = []
    const first = log.grown(clicks, 0, never()).then(() => woken.push('first'))
    const third = log.grown(clicks, 2, never()).then(() => woken.push('third'))
    await log.append(clicks, entries('a'))
    await first
    expect(woken).toEqual(['first'])
    await log.append(clicks, entries('b', 'c'))
    await third
    expect(woken).toEqual(['first', 'third'])
  })

  it('wakes those who wait on another handle', async () => {
    await using writer = await open(trial())
    await using reader = await open(trial())
    for (let i = 0; i < 5; i++) {
      const grown = reader.grown(clicks, i, never())
      await writer.append(clicks, entries(`k${i}`))
      await grown
      expect(keys(await reader.read(clicks, i, ALL))).toEqual([`k${i}`])
    }
  })

  it('lets go of those whose signal aborts, before or during the wait', async () => {
    await using log = await open(trial())
    const stop = new AbortController()
    const during = log.grown(clicks, 0, stop.signal)
    stop.abort()
    await during
    await log.grown(clicks, 0, stop.signal)
    expect(await log.read(clicks, 0, ALL)).toEqual([])
  })

  it('lets go of those who wait when it is closed', async () => {
    const log = await open(trial())
    const waiting = log.grown(clicks, 0, never())
    await log[Symbol.asyncDispose]()
    await waiting
  })

  it('carries a reader along behind a writer, record by record', async () => {
    await using writer = await open(trial())
    await using reader = await open(trial())
    const [followed] = await Promise.all([follow(reader, 300), write(writer, 300)])
    expect(followed).toEqual(Array.from({ length: 300 }, (_, i) => `k${i}`))
  })
}

async function write(log: EventLog, count: number): Promise<void> {
  for (let i = 0; i < count; i += 3) await log.append(clicks, entries(`k${i}`, `k${i + 1}`, `k${i + 2}`))
}

async function follow(log: EventLog, count: number): Promise<string[]> {
  const found: string[] = []
  let from = 0
  while (found.length < count) {
    await log.grown(clicks, from, never())
    const records = await log.read(clicks, from, { records: 50 })
    found.push(...keys(records))
    from = (records.at(-1)?.offset ?? from - 1) + 1
  }
  return found
}
