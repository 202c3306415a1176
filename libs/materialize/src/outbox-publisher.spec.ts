import { ExampleGroup } from '@freshet/contracts'
import type { EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import type { OnlineStore, Outgoing } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { lastGroup, OutboxPublisher } from './outbox-publisher'

const START = { events: 0, touches: 0, catalog: 0 }
const NONE = { sourceOffset: -1, ordinal: -1 }
const EXAMPLES = { topic: 'examples', partition: 0 }
const TOUCHES = { topic: 'touches', partition: 1 }

const group = (sourceOffset: number): Outgoing => ({
  to: EXAMPLES,
  key: `g${sourceOffset}`,
  value: ExampleGroup.encode(ExampleGroup.create({ sourceOffset })).finish(),
})
const touch = (key: string): Outgoing => ({ to: TOUCHES, key, value: new Uint8Array(1) })

const commit = (store: OnlineStore, outbox: readonly Outgoing[], publishedBelow = 0): Promise<void> =>
  store.commit(0, { expect: START, next: START, puts: [], outbox, publishedBelow })
const keysIn = async (log: EventLog, of: typeof EXAMPLES): Promise<string[]> =>
  (await log.read(of, 0, { records: 100 })).map(({ key }) => key)

function open() {
  const log = openMemoryLog()
  const store = openMemoryStore()
  return { log, store, publisher: new OutboxPublisher(log, store, 0) }
}

describe('publishing an outbox', () => {
  it('brings entries to where they go, in order, and says how far it is', async () => {
    const { log, store, publisher } = open()
    const outgoing = [group(1), touch('a'), group(2), touch('b')]
    await commit(store, outgoing)
    await publisher.publish(outgoing)
    expect([await keysIn(log, EXAMPLES), await keysIn(log, TOUCHES)]).toEqual([
      ['g1', 'g2'],
      ['a', 'b'],
    ])
    await commit(store, [touch('c')], publisher.publishedBelow)
    expect((await store.outbox(0, 10)).map(({ key }) => key)).toEqual(['c'])
  })

  it('publishes after a crash what was committed and not published', async () => {
    const { log, store, publisher } = open()
    await commit(store, [group(1), touch('a')])
    await publisher.recover(NONE)
    expect([await keysIn(log, EXAMPLES), await keysIn(log, TOUCHES)]).toEqual([['g1'], ['a']])
    expect(publisher.publishedBelow).toBe(2)
  })

  it('leaves out groups that the log has already, and repeats touches, which their readers know by number', async () => {
    const { log, store, publisher } = open()
    await commit(store, [group(1), group(2), touch('a')])
    await publisher.recover({ sourceOffset: 1, ordinal: 0 })
    expect([await keysIn(log, EXAMPLES), await keysIn(log, TOUCHES)]).toEqual([['g2'], ['a']])
  })

  it('goes on where an earlier owner ended, though its outbox is empty by then', async () => {
    const { store, publisher } = open()
    await commit(store, [touch('a'), touch('b')])
    await commit(store, [], 2)
    await publisher.recover(NONE)
    await commit(store, [touch('c')], publisher.publishedBelow)
    await publisher.publish([touch('c')])
    expect(publisher.publishedBelow).toBe(3)
  })
})

describe('the last group of a partition', () => {
  it('is before all others where there is none', async () => {
    expect(await lastGroup(openMemoryLog(), 0)).toEqual(NONE)
  })

  it('is what the log ends with', async () => {
    const log = openMemoryLog()
    await log.append(EXAMPLES, [group(4), group(9)])
    expect(await lastGroup(log, 0)).toEqual({ sourceOffset: 9, ordinal: 0 })
  })

  it('is found behind a gap, as brokers leave them', async () => {
    const log = openMemoryLog()
    await log.append(
      EXAMPLES,
      Array.from({ length: 20 }, (_, i) => group(i)),
    )
    const gap: EventLog = { ...log, read: async (of, from, limit) => (await log.read(of, from, limit)).filter(({ offset }) => offset < 12) }
    expect(await lastGroup(gap, 0)).toEqual({ sourceOffset: 11, ordinal: 0 })
  })

  it('is before all others where everything was retired', async () => {
    const log = openMemoryLog()
    await log.append(EXAMPLES, [group(4)])
    await log.trim(EXAMPLES, 1)
    expect(await lastGroup(log, 0)).toEqual(NONE)
  })
})
