import type { House } from '../house'
import { PARTITIONS } from '../shop'
import { judgeExamples } from './examples'
import { judgeFeatures } from './features'
import { type Digest, judgeModel } from './model'
import { readLogs } from './read-logs'
import { judgeTouches } from './touches'
import { undisturbed } from './undisturbed'

/** Holds a quiet house to everything that is promised of it. */
export async function judge(house: House, digests: readonly Digest[]): Promise<void> {
  const logs = Array.from({ length: PARTITIONS }, (_, partition) => readLogs(house, partition))
  const twins = logs.map(undisturbed)
  judgeExamples(house, logs, twins)
  judgeTouches(house, logs)
  judgeFeatures(house, logs, twins)
  await judgeModel({ house, logs }, digests)
}
