import { START } from '../rules'
import { bytes, eachTrial, outgoing, put, step, at, type OpenStore } from './trial'

/** What readers of features may rely on. */
export function describeReading(open: OpenStore): void {
  const trial = eachTrial()

  it('reads values in the order of the keys asked for, with a gap for each that is absent', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { puts: [put('u:a', '1'), put('u:b', '2'), put('i:a', '3')] }))
    expect(await store.read(0, ['i:a', 'u:x', 'u:a', 'u:a'])).toEqual([bytes('3'), undefined, bytes('1'), bytes('1')])
    expect(await store.read(0, [])).toEqual([])
    expect(await store.read(1, ['u:a'])).toEqual([undefined])
  })

  it('says where a partition stands with the values of that moment', async () => {
    await using store = await open(trial())
    await using writer = await open(trial())
    expect(await store.look(0, ['u:a'])).toEqual({ at: START, values: [undefined] })
    const commits = Array.from({ length: 20 }, (_, i) => i)
    const written = (async () => {
      for (const i of commits) await writer.commit(0, step(i, { puts: [put('u:a', `${i + 1}`), put('u:b', `${i + 1}`)] }))
    })()
    for (const _ of commits) {
      const { at: standing, values } = await store.look(0, ['u:b', 'u:absent', 'u:a'])
      const value = standing.events === 0 ? undefined : bytes(`${standing.events}`)
      expect(values).toEqual([value, undefined, value])
    }
    await written
    expect(await store.look(0, [])).toEqual({ at: at(20), values: [] })
  })

  it('replaces and deletes, the last change of a commit standing', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { puts: [put('u:a', '1'), put('u:b', '1'), put('u:a', '2')] }))
    await store.commit(0, step(1, { puts: [put('u:b', null), put('u:absent', null)] }))
    expect(await store.read(0, ['u:a', 'u:b', 'u:absent'])).toEqual([bytes('2'), undefined, undefined])
  })

  it('keeps empty values, large values and the bytes of the moment of writing', async () => {
    await using store = await open(trial())
    const value = new Uint8Array(300_000).fill(5)
    const written = store.commit(0, step(0, { puts: [{ key: 'u:large', value }, put('u:empty', '')] }))
    value.fill(6)
    await written
    const [large, empty] = await store.read(0, ['u:large', 'u:empty'])
    expect(Buffer.compare(large ?? bytes(''), new Uint8Array(300_000).fill(5))).toBe(0)
    expect(empty).toEqual(bytes(''))
  })

  it('gives values that later commits leave alone', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { puts: [put('u:a', 'before')] }))
    const [value] = await store.read(0, ['u:a'])
    await store.commit(0, step(1, { puts: [put('u:a', 'after!')] }))
    await store.read(0, ['u:a'])
    expect(value).toEqual(bytes('before'))
  })
}

/** What scans, other handles and later openings may rely on. */
export function describeKeeping(open: OpenStore): void {
  const trial = eachTrial()

  it('pages through the keys of a prefix in the order of their bytes', async () => {
    await using store = await open(trial())
    const names = ['i:a', 'i:b', 'i:é', 'i:\u{ffee}', 'i:\u{1f600}']
    await store.commit(0, step(0, { puts: [...names, 'i', 'h:z', 'j:a', 'u:a'].reverse().map((name) => put(name, name)) }))
    const first = await store.scan(0, { prefix: 'i:', limit: 2 })
    expect(first).toEqual([
      { key: 'i:a', value: bytes('i:a') },
      { key: 'i:b', value: bytes('i:b') },
    ])
    const second = await store.scan(0, { prefix: 'i:', after: 'i:b', limit: 2 })
    expect(second.map(({ key }) => key)).toEqual(['i:é', 'i:\u{ffee}'])
    const third = await store.scan(0, { prefix: 'i:', after: 'i:\u{ffee}', limit: 2 })
    expect(third.map(({ key }) => key)).toEqual(['i:\u{1f600}'])
    expect(await store.scan(0, { prefix: 'i:', after: 'i:\u{1f600}', limit: 2 })).toEqual([])
  })

  it('scans one partition only, without its outbox, and all keys under no prefix', async () => {
    await using store = await open(trial())
    await store.commit(0, step(0, { puts: [put('u:a', '1')], outbox: [outgoing('a')] }))
    await store.commit(1, step(0, { puts: [put('u:b', '1')] }))
    expect((await store.scan(0, { prefix: '', limit: 10 })).map(({ key }) => key)).toEqual(['u:a'])
    await store.commit(0, step(1, { puts: [put('u:a', null)] }))
    expect(await store.scan(0, { prefix: '', limit: 10 })).toEqual([])
  })

  it('shows another handle what has been committed', async () => {
    await using writer = await open(trial())
    await using reader = await open(trial())
    for (let i = 0; i < 20; i++) {
      await writer.commit(0, step(i, { puts: [put('u:a', `${i}`)] }))
      expect(await reader.read(0, ['u:a'])).toEqual([bytes(`${i}`)])
      expect(await reader.positions(0)).toEqual(at(i + 1))
    }
  })

  it('still has everything after it was closed and opened again', async () => {
    {
      await using store = await open(trial())
      await store.commit(3, step(0, { puts: [put('u:a', '1')], outbox: [outgoing('a'), outgoing('b')] }))
      await store.commit(3, step(1, { publishedBelow: 1 }))
    }
    await using store = await open(trial())
    expect(await store.positions(3)).toEqual(at(2))
    expect(await store.read(3, ['u:a'])).toEqual([bytes('1')])
    expect(await store.outbox(3, 10)).toEqual([{ sequence: 1, ...outgoing('b') }])
    await store.commit(3, step(2, { outbox: [outgoing('c')] }))
    expect((await store.outbox(3, 10)).map(({ sequence }) => sequence)).toEqual([1, 2])
  })
}
