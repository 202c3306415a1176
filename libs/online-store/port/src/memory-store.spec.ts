import { describeOnlineStore, type StoreTrial } from './contract-suite'
import { openMemoryStore } from './memory-store'
import type { OnlineStore } from './online-store'

const stores = new WeakMap<StoreTrial, OnlineStore>()

/** Memory lives as long as the trial: its handles are one. */
describeOnlineStore('in memory', async (trial) => {
  const store = stores.get(trial) ?? openMemoryStore({ partitions: trial.partitions })
  stores.set(trial, store)
  return store
})
