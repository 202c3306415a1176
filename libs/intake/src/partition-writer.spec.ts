import { DiskFullError, type Entry, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { systemClock as clock, UnavailableError } from '@freshet/kernel'
import { fakeClock } from '@freshet/testing'
import { setImmediate } from 'node:timers/promises'
import { IntakeOverloadedError } from './errors'
import { createPartitionWriter } from './partition-writer'

const entry = (key: string, bytes = 1): Entry => ({ key, value: new Uint8Array(bytes) })

/** A log whose appends wait until they are let through, and which writes down the size of each. */
function gated(log: EventLog): { log: EventLog; groups: number[]; open(): void } {
  const groups: number[] = []
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  const append: EventLog['append'] = async (to, entries) => {
    groups.push(entries.length)
    await gate
    return log.append(to, entries)
  }
  return { log: { ...log, append }, groups, open: () => open() }
}

describe('a partition writer', () => {
  it('lets what comes while an append is in flight share the next, in the order of the calls', async () => {
    const memory = openMemoryLog({ partitions: { events: 2 } })
    const { log, groups, open } = gated(memory)
    const writer = createPartitionWriter(log, 'events', { clock, waitingBytesMax: 1000 })
    const writes = [['a'], ['b', 'c'], ['d']].map((keys) =>
      writer.write(
        0,
        keys.map((key) => entry(key)),
      ),
    )
    await setImmediate()
    expect(groups).toEqual([1])
    open()
    expect(await Promise.all(writes)).toEqual([0, 1, 3])
    expect(groups).toEqual([1, 3])
    expect((await memory.read({ topic: 'events', partition: 0 }, 0, { records: 9 })).map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('does not let one partition wait for another', async () => {
    const { log, groups, open } = gated(openMemoryLog({ partitions: { events: 2 } }))
    const writer = createPartitionWriter(log, 'events', { clock, waitingBytesMax: 1000 })
    const writes = [writer.write(0, [entry('a')]), writer.write(1, [entry('b')])]
    await setImmediate()
    expect(groups).toEqual([1, 1])
    open()
    await Promise.all(writes)
  })

  it('bounds a group, so that no append grows without end', async () => {
    const { log, groups, open } = gated(openMemoryLog({ partitions: { events: 1 } }))
    const writer = createPartitionWriter(log, 'events', { clock, waitingBytesMax: 1 << 30 })
    const writes = Array.from({ length: 12 }, (_, i) => writer.write(0, [entry(`${i}`, 1_000_000)]))
    open()
    await Promise.all(writes)
    expect(groups).toEqual([1, 4, 4, 3])
  })

  it('says to everyone of a group that it failed, and goes on with the next', async () => {
    const memory = openMemoryLog({ partitions: { events: 1 } })
    let full = true
    const append: EventLog['append'] = async (to, entries) => {
      if (full) throw new DiskFullError('/data')
      return memory.append(to, entries)
    }
    const writer = createPartitionWriter({ ...memory, append }, 'events', { clock, waitingBytesMax: 1000 })
    await expect(writer.write(0, [entry('a')])).rejects.toThrow(DiskFullError)
    full = false
    expect(await writer.write(0, [entry('b')])).toBe(0)
  })

  it('says to those who have waited behind it, too, that the log was silent: they are not sent, and leave room', async () => {
    const time = fakeClock()
    const memory = openMemoryLog({ partitions: { events: 1 } })
    const { log, groups, open } = gated({ ...memory, append: async () => Promise.reject(new UnavailableError('Kafka', 'send it again')) })
    const writer = createPartitionWriter(log, 'events', { clock: time, waitingBytesMax: 2 })
    const writes = ['a', 'b'].map((key) => writer.write(0, [entry(key)]))
    await time.advance(1000)
    writes.push(writer.write(0, [entry('c')]))
    open()
    const outcomes = await Promise.allSettled(writes)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(groups).toEqual([1, 1]) // the last one has come just now, and is tried
    await setImmediate()
    expect(() => writer.assertRoom()).not.toThrow()
  })

  it('refuses further work when more waits than may, and takes it again once that is written', async () => {
    const { log, open } = gated(openMemoryLog({ partitions: { events: 1 } }))
    const writer = createPartitionWriter(log, 'events', { clock, waitingBytesMax: 10 })
    const write = writer.write(0, [entry('a', 11)])
    expect(() => writer.assertRoom()).toThrow(IntakeOverloadedError)
    expect(() => writer.assertRoom()).toThrow('11 bytes wait to become durable, and at most 10 may; send this again a little later')
    open()
    await write
    await setImmediate()
    expect(() => writer.assertRoom()).not.toThrow()
  })
})
