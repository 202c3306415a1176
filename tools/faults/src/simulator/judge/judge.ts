import type { House } from '../house'
import { PARTITIONS } from '../shop'
import { judgeDictionaries } from './dictionaries'
import { judgeExamples } from './examples'
import { judgeFeatures } from './features'
import { judgeHistories } from './histories'
import { judgeLearned } from './learned'
import { type Digest, judgeModel } from './model'
import { readLogs } from './read-logs'
import { judgeSent } from './sent'
import { judgeTouches } from './touches'
import { undisturbed } from './undisturbed'

/** Holds a quiet house to everything that is promised of it. */
export async function judge(house: House, digests: readonly Digest[]): Promise<void> {
  const logs = Array.from({ length: PARTITIONS }, (_, partition) => readLogs(house, partition))
  const twins = logs.map(undisturbed)
  judgeExamples(house, logs, twins)
  judgeTouches(house, logs)
  judgeHistories(house, logs)
  judgeSent(house, logs, twins)
  judgeFeatures(house, logs, twins)
  judgeDictionaries(house, logs)
  await judgeModel({ house, learned: judgeLearned(house, logs) }, digests)
}
