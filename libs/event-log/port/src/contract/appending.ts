import { RecordTooLargeError } from '../errors'
import { RECORD_BYTES_MAX } from '../rules'
import { ALL, clicks, eachTrial, entries, keys, type OpenLog } from './trial'

/** What writers may rely on. */
export function describeAppending(open: OpenLog): void {
  const trial = eachTrial()

  it('gives the entries back as they were, in the order in which they were appended', async () => {
    await using log = await open(trial())
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const batch = [
      { key: 'Grüße, 世界', value: bytes },
      { key: '', value: new Uint8Array() },
    ]
    expect(await log.append(clicks, batch)).toBe(0)
    expect(await log.append(clicks, entries('c'))).toBe(2)
    const records = await log.read(clicks, 0, ALL)
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2])
    expect(records[0]).toEqual({ offset: 0, ...batch[0] })
    expect(records[1]).toEqual({ offset: 1, ...batch[1] })
  })

  it('keeps the bytes of the moment of appending, whatever the writer does with its buffer', async () => {
    await using log = await open(trial())
    const value = new Uint8Array([1, 2, 3])
    const appended = log.append(clicks, [{ key: 'a', value }])
    value.fill(9)
    await appended
    expect((await log.read(clicks, 0, ALL))[0].value).toEqual(new Uint8Array([1, 2, 3]))
  })

  it('keeps partitions and topics apart', async () => {
    await using log = await open(trial())
    await log.append(clicks, entries('a'))
    await log.append({ topic: 'clicks', partition: 3 }, entries('b', 'c'))
    expect(await log.next({ topic: 'clicks', partition: 1 })).toBe(0)
    expect(await log.next({ topic: 'views', partition: 0 })).toBe(0)
    expect(keys(await log.read({ topic: 'clicks', partition: 3 }, 0, ALL))).toEqual(['b', 'c'])
  })

  it('keeps the order of appends that do not wait for each other', async () => {
    await using log = await open(trial())
    const names = Array.from({ length: 200 }, (_, i) => `k${i}`)
    const offsets = await Promise.all(names.map((name) => log.append(clicks, entries(name))))
    expect(offsets).toEqual(names.map((_, i) => i))
    expect(keys(await log.read(clicks, 0, ALL))).toEqual(names)
  })
}

/** What is refused, whole. */
export function describeRefusing(open: OpenLog): void {
  const trial = eachTrial()

  it('takes a value of 1 MiB, and of a batch with one byte more nothing', async () => {
    await using log = await open(trial())
    const largest = { key: 'b', value: new Uint8Array(RECORD_BYTES_MAX).fill(7) }
    const tooLarge = { key: 'c', value: new Uint8Array(RECORD_BYTES_MAX + 1) }
    await expect(log.append(clicks, [...entries('a'), tooLarge])).rejects.toThrow(RecordTooLargeError)
    await expect(log.appendIf(clicks, 0, tooLarge)).rejects.toThrow(RecordTooLargeError)
    expect(await log.next(clicks)).toBe(0)
    await log.append(clicks, [largest])
    const [record] = await log.read(clicks, 0, ALL)
    expect(Buffer.compare(record.value, largest.value)).toBe(0)
  })

  it('appends nothing for an empty batch, and says what comes next', async () => {
    await using log = await open(trial())
    await log.append(clicks, entries('a'))
    expect(await log.append(clicks, [])).toBe(1)
    expect(await log.next(clicks)).toBe(1)
  })

  it('refuses topics and partitions that cannot be', async () => {
    await using log = await open(trial())
    await expect(log.append({ topic: 'clicks', partition: 4 }, entries('a'))).rejects.toThrow('clicks has partitions 0 to 3')
    await expect(log.next({ topic: '../clicks', partition: 0 })).rejects.toThrow(/a topic is letters/)
  })
}
