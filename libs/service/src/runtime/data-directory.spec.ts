import fs, { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { CorruptError } from '@freshet/kernel'
import { temporaryDirectory } from '@freshet/testing'
import { dictionaryOf, openDataDirectory, SchemaError } from './data-directory'

const expected = { name: 'shop', partitions: 4, dictionaryHash: 'aaaa', dictionaryText: 'name: generic\n' }

describe('a data directory', () => {
  it('is made with its description and a copy of the dictionary, and opens again', async () => {
    await using directory = await temporaryDirectory()
    const shop = directory.within('deep', 'shop')
    const made = openDataDirectory(shop, expected)
    expect(made).toEqual({
      schema: 1,
      name: 'shop',
      partitions: 4,
      dictionaryHash: 'aaaa',
      log: 'embedded',
      store: 'embedded',
      generation: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(openDataDirectory(shop, expected)).toEqual(made)
    expect(dictionaryOf(shop)).toBe('name: generic\n')
    expect(readdirSync(directory.within('deep'))).toEqual(['shop'])
  })

  it('has no dictionary before it is made', async () => {
    await using directory = await temporaryDirectory()
    expect(dictionaryOf(directory.within('shop'))).toBeUndefined()
  })

  it.each([
    [
      'another dictionary',
      { dictionaryHash: 'bbbb' },
      /was made with feature dictionary aaaa, not bbbb; choose another data set by --data NAME/,
    ],
    ['another kind of log', { log: 'kafka' as const }, /was made with the log of kind embedded, not kafka: .*--data NAME/],
    [
      'another kind of store',
      { store: 'redis' as const },
      /shop are in a store of kind embedded, not redis; name it: --store embedded .*Another store/,
    ],
    ['another number of partitions', { partitions: 8 }, /was made with 4 partitions, not 8; choose another data set by --data NAME/],
  ])('is refused with %s, and stays as it was', async (_, other, message) => {
    await using directory = await temporaryDirectory()
    const shop = directory.within('shop')
    const made = openDataDirectory(shop, expected)
    expect(() => openDataDirectory(shop, { ...expected, ...other })).toThrow(message)
    expect(openDataDirectory(shop, expected)).toEqual(made)
  })

  it('is refused without the Redis that has its features, which an empty store of its own would stand for', async () => {
    await using directory = await temporaryDirectory()
    const shop = directory.within('shop')
    const made = openDataDirectory(shop, { ...expected, store: 'redis' })
    expect(() => openDataDirectory(shop, expected)).toThrow(/a store of kind redis, not embedded; name it: --store redis:\/\/host:port/)
    expect(openDataDirectory(shop, { ...expected, store: 'redis' })).toEqual(made)
  })

  it('is known as one of Redis by its snapshots, and else taken as it is asked for, where an earlier release made it', async () => {
    await using directory = await temporaryDirectory()
    const shop = directory.within('shop')
    writeMeta(shop, '{"schema":1,"name":"shop","partitions":4,"dictionaryHash":"aaaa"}')
    expect(openDataDirectory(shop, { ...expected, store: 'redis' })).toMatchObject({ log: 'embedded', generation: '' })
    expect(openDataDirectory(shop, expected)).toEqual(openDataDirectory(shop, { ...expected, store: 'redis' }))
    mkdirSync(directory.within('shop', 'snapshots'))
    expect(() => openDataDirectory(shop, expected)).toThrow(/a store of kind redis, not embedded/)
  })

  it('has a generation that no other has', async () => {
    await using directory = await temporaryDirectory()
    const [one, other] = ['one', 'other'].map((name) => openDataDirectory(directory.within(name), expected).generation)
    expect(one).not.toBe(other)
  })

  it('is refused when a later release made it', async () => {
    await using directory = await temporaryDirectory()
    writeMeta(directory.within('shop'), '{"schema":2,"more":true}')
    expect(() => openDataDirectory(directory.within('shop'), expected)).toThrow(SchemaError)
    expect(() => openDataDirectory(directory.within('shop'), expected)).toThrow(/has schema 2, and this release reads 1; .*--data NAME/)
  })

  it.each(['', '{', '[]', '{"schema":0}', '{"schema":1,"name":"shop"}'])(
    'is refused as corrupt when its description is %p',
    async (text) => {
      await using directory = await temporaryDirectory()
      writeMeta(directory.within('shop'), text)
      expect(() => openDataDirectory(directory.within('shop'), expected)).toThrow(CorruptError)
    },
  )

  it('is not made over a directory of something else', async () => {
    await using directory = await temporaryDirectory()
    mkdirSync(directory.within('photos'))
    writeFileSync(directory.within('photos', 'a.jpg'), '')
    expect(() => openDataDirectory(directory.within('photos'), expected)).toThrow(/exists, but is no data set of Freshet/)
    expect(readdirSync(directory.path)).toEqual(['photos'])
    expect(readdirSync(directory.within('photos'))).toEqual(['a.jpg'])
  })

  it('is refused where a file stands, or where nothing can be written', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('file'), '')
    for (const within of [['shop'], ['deep', 'shop']]) {
      const rule = `${directory.within('file')} is a file, not a directory; choose another place by the setting data`
      expect(() => openDataDirectory(directory.within('file', ...within), expected)).toThrow(rule)
    }
    expect(() => openDataDirectory(directory.within('file'), expected)).toThrow(/exists, but is no data set|is a file/)
    expect(() => openDataDirectory(directory.within('x'.repeat(300), 'shop'), expected)).toThrow(/cannot be written \(ENAMETOOLONG\)/)
  })

  it.each(['/proc/nope/shop', '/proc/self/nope/nope/shop'])('is refused at %s, where a parent takes no children', (place) => {
    expect(() => openDataDirectory(place, expected)).toThrow(/cannot be written \(ENOENT\); choose another place by the setting data/)
  })

  it('is refused where it may be read alone: whoever opens it takes locks', async () => {
    await using directory = await temporaryDirectory()
    const shop = directory.within('shop')
    openDataDirectory(shop, expected)
    const denied = jest.spyOn(fs, 'accessSync').mockImplementation(() => {
      throw Object.assign(new Error('no'), { code: 'EACCES' })
    })
    expect(() => openDataDirectory(shop, expected)).toThrow(/shop cannot be written \(EACCES\)/)
    denied.mockRestore()
  })

  it('is the first one’s when two processes make it at once', async () => {
    await using directory = await temporaryDirectory()
    const shop = directory.within('shop')
    openDataDirectory(shop, { ...expected, dictionaryHash: 'first' })
    expect(() => openDataDirectory(shop, expected)).toThrow(/was made with feature dictionary first/)
    expect(readFileSync(directory.within('shop', 'meta.json'), 'utf8')).toContain('first')
  })
})

function writeMeta(directory: string, text: string): void {
  mkdirSync(directory)
  writeFileSync(`${directory}/meta.json`, text)
}
