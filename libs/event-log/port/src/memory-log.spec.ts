import { describeEventLog, type Trial } from './contract-suite'
import type { EventLog } from './event-log'
import { openMemoryLog } from './memory-log'

const logs = new WeakMap<Trial, EventLog>()

/** Memory lives as long as the trial: the handles of one trial share it, and only the first closes it. */
describeEventLog('in memory', async (trial) => {
  const existing = logs.get(trial)
  if (existing) return { ...existing, [Symbol.asyncDispose]: async () => {} }
  const log = openMemoryLog({ partitions: trial.partitions })
  logs.set(trial, log)
  return log
})
