import type { Put } from '../online-store'
import { at, bytes, eachTrial, outgoing, put, step, type OpenStore } from './trial'

const MANY = 50_000 // beyond what engines pass to a function, a script or a transaction without care

/** What holds for commits, reads and pages of any size. */
export function describeBounds(open: OpenStore): void {
  const trial = eachTrial()

  it('applies fifty thousand changes in one commit, and as many deletions in another', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { puts: many((i) => put(`u:${i}`, `${i}`)), outbox: many((i) => outgoing(`${i}`)).slice(0, 10_000) }))
    const keys = many((i) => `u:${i}`)
    expect(await store.read(0, keys)).toEqual(many((i) => bytes(`${i}`)))
    expect((await store.outbox(0, MANY)).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
    await store.commit(0, step(1, { puts: many((i) => put(`u:${i}`, null)).slice(1), publishedBelow: 10_000 }))
    expect(await store.scan(0, { prefix: '', limit: MANY })).toEqual([{ key: 'u:0', value: bytes('0') }])
    expect(await store.outbox(0, MANY)).toEqual([])
  })

  it('refuses fifty thousand changes as a whole', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0))
    await expect(store.commit(0, step(0, { puts: many((i) => put(`u:${i}`, 'spoilt')) }))).rejects.toThrow('stands at events 1')
    expect(await store.scan(0, { prefix: '', limit: MANY })).toEqual([])
  })

  it('gives pages of thousands, none twice and none left out', async () => {
    await using store = await open(trial())
    const names = Array.from({ length: 12_345 }, (_, i) => `i:${String(i).padStart(6, '0')}`)
    await store.commit(0, step(0, { puts: [...names].reverse().map((name) => put(name, name)) }))
    const seen: string[] = []
    for (let after: string | undefined; seen.length < names.length; after = seen.at(-1)) {
      const page = await store.scan(0, { prefix: 'i:', after, limit: 5000 })
      expect(page.map(({ value }) => value)).toEqual(page.map(({ key }) => bytes(key)))
      seen.push(...page.map(({ key }) => key))
    }
    expect(seen).toEqual(names)
    expect(await store.scan(0, { prefix: 'i:', after: names.at(-1), limit: 5000 })).toEqual([])
  })
}

/** What holds for commits and reads that are seldom seen. */
export function describeOddities(open: OpenStore): void {
  const trial = eachTrial()

  it('lets the last change of a key stand, be it a deletion or not, and counts the key once', async () => {
    await using store = await open(trial())
    const puts: Put[] = [put('u:a', '1'), put('u:a', null), put('u:b', null), put('u:b', '2'), put('u:c', '3'), put('u:c', '4')]
    await store.commit(0, step(0, { puts }))
    expect(await store.scan(0, { prefix: '', limit: 10 })).toEqual([
      { key: 'u:b', value: bytes('2') },
      { key: 'u:c', value: bytes('4') },
    ])
  })

  it('forgets no more than there is, and goes on numbering from there', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { outbox: [outgoing('a'), outgoing('b')] }))
    await store.commit(0, step(1, { publishedBelow: 1_000_000, outbox: [outgoing('c')] }))
    await store.commit(0, step(2, { publishedBelow: 1, outbox: [outgoing('d')] }))
    expect((await store.outbox(0, 10)).map(({ key, sequence }) => [key, sequence])).toEqual([
      ['c', 2],
      ['d', 3],
    ])
    expect(await store.outbox(0, 0)).toEqual([])
  })

  it('may be asked many things at once, and answers each', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { puts: Array.from({ length: 100 }, (_, i) => put(`u:${i}`, `${i}`)) }))
    const reads = Array.from({ length: 100 }, (_, i) => store.read(0, [`u:${i}`, 'u:absent']))
    expect(await Promise.all([...reads, store.positions(0)])).toEqual([
      ...Array.from({ length: 100 }, (_, i) => [bytes(`${i}`), undefined]),
      at(1),
    ])
  })

  it('takes positions, keys and values that are far from ordinary', async () => {
    await using store = await open(trial())
    const far = { events: Number.MAX_SAFE_INTEGER, touches: 0, catalog: 2 ** 40 }
    const value = Uint8Array.from({ length: 256 }, (_, i) => i)
    const keys = ['u:\n\r\t "{}\\', 'u:\u{1f600}', `u:${'k'.repeat(1022)}`]
    await store.commit(0, step(0, { next: far, puts: keys.map((key) => ({ key, value })), outbox: [{ ...outgoing('é'), value }] }))
    expect(await store.positions(0)).toEqual(far)
    expect(await store.read(0, keys)).toEqual(keys.map(() => value))
    expect(await store.outbox(0, 1)).toEqual([{ sequence: 0, ...outgoing('é'), value }])
    expect(new Set((await store.scan(0, { prefix: 'u:', limit: 10 })).map(({ key }) => key))).toEqual(new Set(keys))
  })
}

const many = <T>(of: (i: number) => T): T[] => Array.from({ length: MANY }, (_, i) => of(i))
