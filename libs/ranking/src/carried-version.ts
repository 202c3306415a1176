import type { JournalState } from '@freshet/follow'
import { carryDense, modelSetOf } from '@freshet/model'
import type { LoadedVersion } from './serving-model'

/** A version's dense parameters under the dictionary that the journal has come to: carried by name over each change that it does not contain. */
export function carriedVersion<Version extends LoadedVersion>({ genesis, dictionaries = [] }: JournalState, version: Version): Version {
  const later = dictionaries.filter(({ effectiveStep }) => effectiveStep > version.step)
  const own = dictionaries.at(-later.length - 1)?.model ?? genesis?.model
  if (later.length === 0 || own === undefined) return version
  let [from, dense] = [modelSetOf(own), version.dense]
  for (const { model } of later) {
    const to = modelSetOf(model)
    dense = carryDense({ from: from.parameters, to: to.parameters, born: to.initialDense() }, dense)
    from = to
  }
  return { ...version, dense }
}
