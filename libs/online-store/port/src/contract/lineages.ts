import { StalePositionError } from '../errors'
import type { Standing } from '../online-store'
import { lineageAfter, START } from '../rules'
import { at, bytes, eachTrial, outgoing, put, step, type OpenStore } from './trial'

/** What tells two histories of the same vector apart. */
export function describeLineages(open: OpenStore): void {
  const trial = eachTrial()
  const [ours, theirs]: Standing[] = ['ours', 'theirs'].map((by) => ({ ...at(1), lineage: lineageAfter(START, by) }))

  it('stands at the lineage that the last commit named, and at none where it named none', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { next: ours }))
    expect(await store.positions(0)).toEqual(ours)
    await store.commit(0, step(1, { expect: ours }))
    expect(await store.positions(0)).toEqual(at(2))
  })

  it('applies nothing of a commit that expects the same vector by other commits', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { next: theirs, puts: [put('u:a', 'theirs')] }))
    for (const expect_ of [ours, at(1)]) {
      const refused = store.commit(0, step(1, { expect: expect_, puts: [put('u:a', 'spoilt')], outbox: [outgoing('spoilt')] }))
      await expect(refused).rejects.toThrow(StalePositionError)
      await expect(refused).rejects.toMatchObject({ expected: expect_, stored: theirs })
    }
    expect(await store.read(0, ['u:a'])).toEqual([bytes('theirs')])
    expect(await store.outbox(0, 10)).toEqual([])
    await store.commit(0, step(1, { expect: theirs }))
  })

  it('refuses whoever stood there before a commit that moved no position', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { next: ours }))
    await store.commit(0, step(1, { expect: ours, next: theirs }))
    await expect(store.commit(0, step(1, { expect: ours }))).rejects.toThrow(StalePositionError)
  })

  it('reads and scans of one standing, or refuses: of no other vector, of no other lineage', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { next: ours, puts: [put('u:a', 'ours')] }))
    const page = { prefix: '', limit: 10 }
    expect(await store.read(0, ['u:x', 'u:a'], ours)).toEqual([undefined, bytes('ours')])
    expect(await store.scan(0, { ...page, of: ours })).toEqual([{ key: 'u:a', value: bytes('ours') }])
    for (const other of [theirs, at(1), START, { ...ours, events: 2 }]) {
      await expect(store.read(0, ['u:a'], other)).rejects.toThrow(StalePositionError)
      await expect(store.scan(0, { ...page, of: other })).rejects.toMatchObject({ expected: other, stored: ours })
    }
    expect(await store.read(1, ['u:a'], START)).toEqual([undefined])
    expect(await store.scan(1, { ...page, of: START })).toEqual([])
  })

  it('reads many thousand values of one standing', async () => {
    await using store = await open(trial())
    const keys = Array.from({ length: 12_345 }, (_, i) => `u:${i}`)
    await store.commit(0, step(0, { next: ours, puts: keys.map((key) => put(key, key)) }))
    expect(await store.read(0, [...keys, 'u:x'], ours)).toEqual([...keys.map(bytes), undefined])
  })

  it('keeps the lineage when it is closed and opened again', async () => {
    {
      await using store = await open(trial())
      await store.commit(0, step(0, { next: ours }))
    }
    await using store = await open(trial())
    await expect(store.commit(0, step(1, { expect: theirs }))).rejects.toThrow(
      `stands at events 1, touches 0, catalog 0 of lineage ${ours.lineage}`,
    )
    await store.commit(0, step(1, { expect: ours }))
  })
}
