import { DictionaryChange } from '@freshet/contracts'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { START } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { readPartitionDictionaries } from './partition-dictionary'

const first = compileDictionary(builtInDictionary('generic'))
const { hash, text } = compileDictionary(`${first.text}\njoinWindowMs: 5000`)

describe('the dictionary of a partition', () => {
  it('is the first one until its fold has come to another, each partition for itself', async () => {
    const store = openMemoryStore()
    const dictionaryOf = readPartitionDictionaries(store, first)
    expect(await dictionaryOf(0)).toBe(first)
    const value = DictionaryChange.encode({ number: 1, hash, text }).finish()
    await store.commit(0, {
      expect: START,
      next: { ...START, events: 1 },
      puts: [{ key: 'm:dictionary', value }],
      outbox: [],
      publishedBelow: 0,
    })
    expect([(await dictionaryOf(0)).hash, await dictionaryOf(1)]).toEqual([hash, first])
    expect(await dictionaryOf(0)).toBe(await dictionaryOf(0))
  })
})
