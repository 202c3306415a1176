import { DictionaryChange } from '@freshet/contracts'
import { compileDictionary, type Dictionary } from '@freshet/features'
import type { OnlineStore } from '@freshet/online-store'
import { DICTIONARY_KEY } from './partition-fold'

/** Says which dictionary a partition's fold has come to. */
export type PartitionDictionaries = (partition: number) => Promise<Dictionary>

/** Reads dictionaries where folds leave them; `first` is the one that the data set was made with. Each is compiled once. */
export function readPartitionDictionaries(store: Pick<OnlineStore, 'read'>, first: Dictionary): PartitionDictionaries {
  const compiled = new Map([[first.hash, first]])
  return async (partition) => {
    const [stored] = await store.read(partition, [DICTIONARY_KEY])
    if (stored === undefined) return first
    const { hash, text } = DictionaryChange.decode(stored)
    const dictionary = compiled.get(hash) ?? compileDictionary(text)
    compiled.set(hash, dictionary)
    return dictionary
  }
}
