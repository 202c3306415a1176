import type { Message } from 'kafkajs'
import { OffsetConflictError, type Entry } from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import { fakeClock } from '@freshet/testing'
import { batchesOf, PartitionWriter, type WriterTarget } from './partition-writer'

const entry = (key: string, bytes = 1): Entry => ({ key, value: new Uint8Array(bytes) })

/** A broker that appends what it is sent, each batch when the test says so, or at once. */
class Room {
  readonly clock = fakeClock()
  readonly batches: Message[][] = []
  readonly extent = { first: 0, end: 0, voids: 0, siftedTo: 0 }
  /** From where on something was lost, as the writer has told. */
  readonly lost: number[] = []
  /** What stands on the broker: the offset of each record that readers see. */
  readonly seen = new Set<number>()
  end = 0
  before: () => Promise<void> | void = () => {}
  readonly writer: PartitionWriter

  constructor(overrides: Partial<WriterTarget> = {}) {
    const target: WriterTarget = {
      of: { topic: 'clicks', partition: 0 },
      extent: this.extent,
      prepare: async () => {},
      send: async (messages) => {
        await this.before()
        return this.take(messages)
      },
      next: async () => this.end,
      holds: async (from, to) => [...this.seen].some((offset) => offset >= from && offset < to),
      lost: (from) => {
        this.lost.push(from)
        this.extent.end = from
      },
      ...overrides,
    }
    this.writer = new PartitionWriter(target, { clock: this.clock, deadlineMs: 1000 })
  }

  take(messages: Message[]): number {
    this.batches.push(messages)
    const first = this.end
    for (const { headers } of messages) {
      const [onlyAt] = Object.values(headers ?? {})
      if (onlyAt === undefined || Number(String(onlyAt)) === this.end) this.seen.add(this.end)
      this.end++
    }
    return first
  }
}

const keysOf = (batches: readonly Message[][]): string[] => batches.map((batch) => batch.map(({ key }) => key).join())

describe('a writer of one partition', () => {
  it('lets calls share a batch, and gives each its own offset', async () => {
    const { writer, batches } = new Room()
    const offsets = await Promise.all([writer.append([entry('a'), entry('b')]), writer.append([entry('c')]), writer.append([entry('d')])])
    expect(offsets).toEqual([0, 2, 3])
    expect(keysOf(batches)).toEqual(['a,b,c,d'])
  })

  it('keeps conditional entries alone, and the order of all', async () => {
    const room = new Room()
    const { writer } = room
    const calls = [writer.append([entry('a')]), writer.appendIf(1, entry('b')), writer.append([entry('c')]), writer.append([entry('d')])]
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3])
    expect(keysOf(room.batches)).toEqual(['a', 'b', 'c,d'])
  })

  it('fails those of a batch that failed, and goes on with the next', async () => {
    const room = new Room()
    const { writer } = room
    let fails = true
    room.before = () => {
      if (fails) throw new UnavailableError('Kafka', 'wait')
    }
    const outcomes = await Promise.allSettled([writer.append([entry('a')]), writer.append([entry('b')])])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fails = false
    expect(await writer.append([entry('c')])).toBe(0)
  })

  it('does not send what has waited too long behind others', async () => {
    const room = new Room()
    let go = (): void => {}
    room.before = () => new Promise((resolve) => (go = resolve))
    const first = room.writer.append([entry('a')])
    await room.clock.advance(0)
    const second = room.writer.append([entry('b')])
    await room.clock.advance(1001)
    go()
    expect(await first).toBe(0)
    await expect(second).rejects.toThrow(/this was not sent; send it again/)
    expect(keysOf(room.batches)).toEqual(['a'])
  })

  it('has a deadline from when an entry was handed over, which waiting for others uses up, and only for those who waited', async () => {
    let go = (): void => {}
    const untils: number[] = []
    const room = new Room({
      send: async (messages, untilMs) => {
        untils.push(untilMs)
        await new Promise<void>((resolve) => (go = resolve))
        return room.take(messages)
      },
    })
    const first = room.writer.append([entry('a')])
    await room.clock.advance(600)
    const [second, third] = [room.writer.append([entry('b')]), room.writer.appendIf(1, entry('c'))]
    second.catch(() => {})
    third.catch(() => {})
    await room.clock.advance(600)
    const fourth = room.writer.append([entry('d')])
    await room.clock.advance(500)
    go()
    await first
    await room.clock.advance(0)
    go()
    await expect(second).rejects.toThrow(/this was not sent/)
    await expect(third).rejects.toThrow(/this was not sent/)
    expect([await fourth, untils]).toEqual([1, [1000, 2200]])
  })

  it('tells of a tail that was lost, by an offset below what the partition had reached before it sent, and only by that', async () => {
    const room = new Room()
    await room.writer.append([entry('a'), entry('b'), entry('c')])
    room.before = () => void (room.extent.end = 9) // others have appended meanwhile, and that was read
    expect(await room.writer.append([entry('d')])).toBe(3)
    expect(room.lost).toEqual([])
    room.before = () => {}
    room.end = 1
    expect(await room.writer.append([entry('e')])).toBe(1)
    expect([room.lost, room.extent.end]).toEqual([[1], 2])
  })

  it('is settled when nothing is under way', async () => {
    const room = new Room()
    const appended = room.writer.append([entry('a')])
    await room.writer.settled()
    expect(room.end).toBe(1)
    await appended
    await room.writer.settled()
  })
})

describe('a conditional append', () => {
  it('is refused without being sent where the partition ends elsewhere', async () => {
    const room = new Room()
    room.take([{ value: null }, { value: null }])
    room.extent.end = 2
    await expect(room.writer.appendIf(1, entry('a'))).rejects.toEqual(new OffsetConflictError({ topic: 'clicks', partition: 0 }, 1, 2))
    await expect(room.writer.appendIf(3, entry('a'))).rejects.toThrow('expected clicks/0 to end at 3, but it ends at 2')
    expect(room.end).toBe(2)
  })

  it('is void where another was quicker, and refused', async () => {
    const room = new Room()
    let isFirst = true
    room.before = () => {
      if (isFirst) room.take([{ key: 'theirs', value: null }])
      isFirst = false
    }
    await expect(room.writer.appendIf(0, entry('ours'))).rejects.toMatchObject({ expected: 0, next: 2 })
    expect([...room.seen]).toEqual([0])
  })

  it('is tried again at the end where only void records stand at its place', async () => {
    const room = new Room()
    let isFirst = true
    room.before = () => {
      if (isFirst) room.take([{ key: 'void', value: null, headers: { only: '7' } }])
      isFirst = false
    }
    expect(await room.writer.appendIf(0, entry('ours'))).toBe(2)
    expect([...room.seen]).toEqual([2])
  })

  it('asks what stands there within its own time', async () => {
    const untils: number[] = []
    const note = (untilMs: number): void => void untils.push(untilMs)
    const room = new Room({
      next: async (untilMs) => (note(untilMs), 2),
      holds: async (_, __, untilMs) => (note(untilMs), false),
    })
    await room.clock.advance(5)
    await room.writer.appendIf(1, entry('a'))
    expect(untils).toEqual([1005, 1005])
  })

  it('believes the broker where it has lost its tail', async () => {
    const room = new Room()
    room.extent.end = 5
    expect(await room.writer.appendIf(5, entry('a')).catch((error: unknown) => error)).toBeInstanceOf(OffsetConflictError)
    expect(await room.writer.appendIf(room.end, entry('b'))).toBe(1)
  })
})

describe('the batches of an append', () => {
  const messages = (count: number, bytes: number): Message[] =>
    Array.from({ length: count }, () => ({ key: '', value: Buffer.alloc(bytes) }))

  it('are one up to eight mebibytes', () => {
    expect(batchesOf(messages(7, 1 << 20)).map(({ length }) => length)).toEqual([7])
    expect(batchesOf(messages(20, 1 << 20)).map(({ length }) => length)).toEqual([7, 7, 6])
  })

  it('are one up to fifty thousand records', () => {
    expect(batchesOf(messages(50_001, 1)).map(({ length }) => length)).toEqual([50_000, 1])
  })
})
