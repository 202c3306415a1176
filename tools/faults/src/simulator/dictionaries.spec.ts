import { assertReplaceable, compileDictionary } from '@freshet/features'
import { dictionary, everyDictionary, laterDictionaries } from './dictionaries'

describe('the dictionaries of a simulated house', () => {
  it('may follow the first one and each other, as a data set goes on', () => {
    const pairs = laterDictionaries.flatMap((next) => [dictionary, ...laterDictionaries].map((current) => [current, next] as const))
    for (const [current, next] of pairs) expect(() => assertReplaceable(current, next)).not.toThrow()
  })

  it('differ in what examples are made of, and bring a type of event', () => {
    const layouts = [...everyDictionary.values()].map(({ layout }) => JSON.stringify(layout))
    expect(new Set(layouts).size).toBe(3)
    expect(laterDictionaries.every(({ meanings }) => meanings.has('share'))).toBe(true)
    expect(dictionary.meanings.has('share')).toBe(false)
  })

  it('count nothing of an item otherwise under the names that the first one has', () => {
    const windowsOf = (of: typeof dictionary) => [...of.compiled.itemWindows.values()].flat()
    const names = new Set(windowsOf(dictionary).map(({ name }) => name))
    for (const later of laterDictionaries) expect(windowsOf(later).filter(({ name }) => names.has(name))).toEqual(windowsOf(dictionary))
  })

  it('are found again by the hash that examples carry', () => {
    for (const [hash, { text }] of everyDictionary) expect(compileDictionary(text).hash).toBe(hash)
  })
})
