import type { House } from '../house'
import { PARTITIONS } from '../shop'
import { judgeExamples } from './examples'
import { judgeFeatures } from './features'
import { type Digest, judgeModel } from './model'
import { judgeTouches } from './touches'
import { undisturbed } from './undisturbed'

/** Holds a quiet house to everything that is promised of it. */
export async function judge(house: House, digests: readonly Digest[]): Promise<void> {
  const twins = Array.from({ length: PARTITIONS }, (_, partition) => undisturbed(house, partition))
  judgeExamples(house, twins)
  judgeTouches(house)
  judgeFeatures(house, twins)
  await judgeModel(house, digests)
}
