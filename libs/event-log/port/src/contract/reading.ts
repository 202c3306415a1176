import { OffsetOutOfRangeError } from '../errors'
import { ALL, clicks, eachTrial, entries, keys, type OpenLog } from './trial'

/** What readers may rely on. */
export function describeReading(open: OpenLog): void {
  const trial = eachTrial()

  it('reads from any offset on', async () => {
    await using log = await open(trial())
    await log.append(clicks, entries('a', 'b', 'c'))
    expect(keys(await log.read(clicks, 1, ALL))).toEqual(['b', 'c'])
    expect((await log.read(clicks, 2, ALL))[0].offset).toBe(2)
  })

  it('stops at the limit of records or of bytes, and always brings one record where there is one', async () => {
    await using log = await open(trial())
    const hundred = (key: string) => ({ key, value: new Uint8Array(100) })
    await log.append(clicks, [hundred('a'), hundred('b'), hundred('c')])
    expect(keys(await log.read(clicks, 0, { records: 2 }))).toEqual(['a', 'b'])
    expect(keys(await log.read(clicks, 0, { records: 9, bytes: 200 }))).toEqual(['a', 'b'])
    expect(keys(await log.read(clicks, 0, { records: 9, bytes: 199 }))).toEqual(['a'])
    expect(keys(await log.read(clicks, 1, { records: 9, bytes: 1 }))).toEqual(['b'])
  })

  it('answers an empty list at its end, and names the range beyond it', async () => {
    await using log = await open(trial())
    expect(await log.read(clicks, 0, ALL)).toEqual([])
    await log.append(clicks, entries('a'))
    expect(await log.read(clicks, 1, ALL)).toEqual([])
    const beyond = log.read(clicks, 2, ALL)
    await expect(beyond).rejects.toThrow(OffsetOutOfRangeError)
    await expect(beyond).rejects.toThrow('offset 2 is outside clicks/0, which holds 0 to 0; resume from 0 to 1')
    await expect(log.read(clicks, -1, ALL)).rejects.toThrow(OffsetOutOfRangeError)
  })

  it('retires what lies below, keeps the rest, and says so to readers of what is gone', async () => {
    await using log = await open(trial())
    await log.append(clicks, entries('a', 'b', 'c', 'd'))
    await log.trim(clicks, 2)
    expect([await log.first(clicks), await log.next(clicks)]).toEqual([2, 4])
    await expect(log.read(clicks, 1, ALL)).rejects.toThrow('offset 1 is outside clicks/0, which holds 2 to 3; resume from 2 to 4')
    expect(keys(await log.read(clicks, 2, ALL))).toEqual(['c', 'd'])
    await log.trim(clicks, 1)
    expect(await log.first(clicks)).toBe(2)
    await expect(log.trim(clicks, 5)).rejects.toThrow(OffsetOutOfRangeError)
  })

  it('goes on counting after all of it was retired', async () => {
    await using log = await open(trial())
    await log.append(clicks, entries('a', 'b'))
    await log.trim(clicks, 2)
    expect(await log.read(clicks, 2, ALL)).toEqual([])
    expect(await log.append(clicks, entries('c'))).toBe(2)
    expect(keys(await log.read(clicks, 2, ALL))).toEqual(['c'])
  })
}

/** What readers elsewhere, and later, may rely on. */
export function describeKeeping(open: OpenLog): void {
  const trial = eachTrial()

  it('shows another handle what has been acknowledged, and nothing else', async () => {
    await using writer = await open(trial())
    await using reader = await open(trial())
    for (let i = 0; i < 20; i++) {
      await writer.append(clicks, entries(`k${i}`))
      expect(await reader.next(clicks)).toBe(i + 1)
      expect(keys(await reader.read(clicks, i, ALL))).toEqual([`k${i}`])
    }
  })

  it('still has everything after it was closed and opened again', async () => {
    {
      await using log = await open(trial())
      await log.append(clicks, entries('a', 'b', 'c'))
      await log.append({ topic: 'journal', partition: 0 }, entries('genesis'))
      await log.trim(clicks, 1)
    }
    await using log = await open(trial())
    expect([await log.first(clicks), await log.next(clicks)]).toEqual([1, 3])
    expect(keys(await log.read(clicks, 1, ALL))).toEqual(['b', 'c'])
    expect(keys(await log.read({ topic: 'journal', partition: 0 }, 0, ALL))).toEqual(['genesis'])
    expect(await log.append(clicks, entries('d'))).toBe(3)
  })

  it('knows how many partitions a topic has', async () => {
    await using log = await open(trial())
    expect([log.partitions('clicks'), log.partitions('journal'), log.partitions('examples')]).toEqual([4, 1, 8])
  })
}
