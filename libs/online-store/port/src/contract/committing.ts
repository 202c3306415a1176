import { InvalidFieldError } from '@freshet/kernel'
import { StalePositionError } from '../errors'
import type { Commit, OnlineStore } from '../online-store'
import { START } from '../rules'
import { at, bytes, eachTrial, outgoing, put, step, type OpenStore } from './trial'

/** What the one who folds a partition may rely on. */
export function describeCommitting(open: OpenStore): void {
  const trial = eachTrial()

  it('starts every partition at zeros, and afterwards stands where the last commit left it', async () => {
    await using store = await open(trial())
    expect(await store.positions(1)).toEqual(START)
    await store.commit(1, step(0, { next: { events: 3, touches: 1, catalog: 9 } }))
    expect(await store.positions(1)).toEqual({ events: 3, touches: 1, catalog: 9 })
    expect(await store.positions(2)).toEqual(START)
  })

  it('applies nothing of a commit whose vector differs in any topic, and says where the partition stands', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { next: { events: 5, touches: 6, catalog: 7 } }))
    const spoilt = { puts: [put('u:a', 'spoilt')], outbox: [outgoing('spoilt')] }
    for (const expect_ of [
      at(0),
      { events: 5, touches: 6, catalog: 8 },
      { events: 5, touches: 5, catalog: 7 },
      { ...at(6), touches: 6, catalog: 7 },
    ]) {
      const refused = store.commit(0, { ...step(0, spoilt), expect: expect_ })
      await expect(refused).rejects.toThrow(StalePositionError)
      await expect(refused).rejects.toMatchObject({ stored: { events: 5, touches: 6, catalog: 7 } })
    }
    expect(await store.read(0, ['u:a'])).toEqual([undefined])
    expect(await store.outbox(0, 10)).toEqual([])
    expect(await store.positions(0)).toEqual({ events: 5, touches: 6, catalog: 7 })
  })

  it('lets exactly one of two committers win each step, whichever handle they use', async () => {
    await using ours = await open(trial())
    await using theirs = await open(trial())
    for (let i = 0; i < 10; i++) {
      const attempts = [ours, theirs].map((store, who) =>
        store.commit(0, step(i, { puts: [put('u:a', `${who}`)], outbox: [outgoing(`${who}`)] })),
      )
      const outcomes = await Promise.allSettled(attempts)
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
      expect(outcomes[1 - winner]).toEqual({ status: 'rejected', reason: expect.any(StalePositionError) as unknown })
      expect(await ours.read(0, ['u:a'])).toEqual([bytes(`${winner}`)])
      expect((await theirs.outbox(0, 100)).map(({ sequence }) => sequence)).toEqual(Array.from({ length: i + 1 }, (_, n) => n))
    }
  })

  it('keeps the partitions independent of each other', async () => {
    await using store = await open(trial())
    await Promise.all([0, 1, 2, 3].map((p) => store.commit(p, step(0, { puts: [put('i:x', `${p}`)], outbox: [outgoing(`${p}`)] }))))
    for (const p of [0, 1, 2, 3]) {
      expect(await store.read(p, ['i:x'])).toEqual([bytes(`${p}`)])
      expect((await store.outbox(p, 10)).map(({ key, sequence }) => [key, sequence])).toEqual([[`${p}`, 0]])
    }
  })
}

/** What the one who publishes the outbox may rely on. */
export function describeOutbox(open: OpenStore): void {
  const trial = eachTrial()

  it('numbers the outbox in order, and forgets what is published with the next commit', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { outbox: [outgoing('a'), outgoing('b')] }))
    await store.commit(0, step(1, { outbox: [outgoing('c')] }))
    expect(await store.outbox(0, 10)).toEqual([
      { sequence: 0, ...outgoing('a') },
      { sequence: 1, ...outgoing('b') },
      { sequence: 2, ...outgoing('c') },
    ])
    expect((await store.outbox(0, 2)).map(({ key }) => key)).toEqual(['a', 'b'])
    await store.commit(0, step(2, { publishedBelow: 2, outbox: [outgoing('d')] }))
    expect((await store.outbox(0, 10)).map(({ key, sequence }) => [key, sequence])).toEqual([
      ['c', 2],
      ['d', 3],
    ])
  })

  it('forgets what is published by a commit that moves no position, and never numbers anew', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { outbox: [outgoing('a'), outgoing('b')] }))
    await store.commit(0, { ...step(1), next: at(1), publishedBelow: 2 })
    expect(await store.outbox(0, 10)).toEqual([])
    await store.commit(0, step(1, { publishedBelow: 1, outbox: [outgoing('c')] }))
    expect((await store.outbox(0, 10)).map(({ key, sequence }) => [key, sequence])).toEqual([['c', 2]])
  })
}

/** What holds for commits of any size, at any moment. */
export function describeAtomicity(open: OpenStore): void {
  const trial = eachTrial()

  it('takes thousands of changes in one commit', async () => {
    await using store = await open(trial())
    const puts = Array.from({ length: 3000 }, (_, i) => put(`u:${i}`, `${i}`))
    await store.commit(0, step(0, { puts, outbox: Array.from({ length: 500 }, (_, i) => outgoing(`${i}`)) }))
    const keys = puts.map(({ key }) => key)
    expect(await store.read(0, keys)).toEqual(puts.map(({ value }) => value))
    expect(await store.outbox(0, 1000)).toHaveLength(500)
  })

  it('shows no reader half of a commit', async () => {
    await using writer = await open(trial())
    await using reader = await open(trial())
    const both = (i: number): Commit => step(i, { puts: [put('u:a', `${i}`), put('u:b', `${i}`)] })
    const torn = await Promise.all([commitAll(writer, 200, both), watchFor(reader, 200)])
    expect(torn[1]).toBe(0)
  })

  it('shows no reader a position before the state that it stands for', async () => {
    await using writer = await open(trial())
    await using reader = await open(trial())
    const counted = (i: number): Commit => step(i, { puts: [put('u:a', `${i + 1}`)] })
    const ahead = await Promise.all([commitAll(writer, 60, counted), countAhead(reader, 60)])
    expect(ahead[1]).toBe(0)
  })

  it('refuses keys and partitions that cannot be', async () => {
    await using store = await open(trial())
    await expect(store.commit(0, step(0, { puts: [put('', 'x')] }))).rejects.toThrow(InvalidFieldError)
    await expect(store.commit(0, step(0, { puts: [put('k'.repeat(1025), 'x')] }))).rejects.toThrow('a key has 1 to 1024 bytes')
    await expect(store.commit(4, step(0))).rejects.toThrow('the store has partitions 0 to 3')
    expect(await store.positions(0)).toEqual(START)
  })
}

async function commitAll(store: OnlineStore, count: number, commit: (i: number) => Commit): Promise<void> {
  for (let i = 0; i < count; i++) await store.commit(0, commit(i))
}

/** Reads until the writer has come so far; counts how often the two keys differed. */
async function watchFor(store: OnlineStore, count: number): Promise<number> {
  let torn = 0
  while ((await store.positions(0)).events < count) {
    const [a, b] = await store.read(0, ['u:a', 'u:b'])
    if (a?.toString() !== b?.toString()) torn++
    await new Promise(setImmediate)
  }
  return torn
}

/** Reads until the writer has come so far; counts how often the position was ahead of the value that counts commits. */
async function countAhead(store: OnlineStore, count: number): Promise<number> {
  let ahead = 0
  for (let events = 0; events < count;) {
    ;({ events } = await store.positions(0))
    const [value] = await store.read(0, ['u:a'])
    if (Number(value?.toString() ?? 0) < events) ahead++
    await new Promise(setImmediate)
  }
  return ahead
}
