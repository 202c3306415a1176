import { Genesis } from '@freshet/contracts'
import { openEngine } from '@freshet/learner'
import { declareModelSet, type ModelSet, modelSetOf } from '@freshet/model'
import { type LineOptions, type ModelTools, shapeOf, TRAINING_DEFAULTS, type TrainingSettings } from '@freshet/training'
import { cheapCompile, type MeetDeadly } from './cheap-graphs'
import { dictionary } from './dictionaries'
import { PARTITIONS } from './shop'

const first = declareModelSet(dictionary.layout, dictionary.declared.model)
const known = new Map([[first.canonical, first]])

/** Small cuts and few kept versions, so that a run of seconds meets backfill, versions and the trimming of logs. */
export const SETTINGS: TrainingSettings = {
  ...TRAINING_DEFAULTS,
  ...{ cutExamples: 4, backfillExamples: 8, heartbeatMs: 120, denseMs: 100, versionSteps: 3, versionMs: 1e9, versionsKept: 2 },
}

/** What a line of a simulated house is opened with, beside who and where. */
export interface LineNeeds {
  /** Whether dictionaries change in this house. */
  readonly hasChanges: boolean
  /** What becomes of a process whose step meets a deadly example; nothing, where it is left out. */
  readonly meetDeadly?: MeetDeadly
}

/** What every line of a simulated house is opened with, but who and where. */
export function lineTools({
  hasChanges,
  meetDeadly,
}: LineNeeds): Pick<LineOptions, 'genesis' | 'scoreBins' | 'tools'> & Partial<Pick<LineOptions, 'toolsOf'>> {
  const toolsOf = (model: string): Promise<ModelTools> => Promise.resolve(toolsUnder(knownModelSet(model), meetDeadly))
  return {
    genesis: Genesis.create({
      ...{ dictionaryHash: dictionary.hash, model: first.canonical, seed: 1, logicalShards: 2, partitions: PARTITIONS },
    }),
    scoreBins: 32, // a state is copied, hashed and sent many times a seed
    tools: toolsUnder(first, meetDeadly),
    ...(hasChanges && { toolsOf }),
  }
}

/** The model set of a canonical text: each is declared once. */
export function knownModelSet(canonical: string): ModelSet {
  const modelSet = known.get(canonical) ?? modelSetOf(canonical)
  known.set(canonical, modelSet)
  return modelSet
}

const toolsUnder = (modelSet: ModelSet, meetDeadly: MeetDeadly | undefined): ModelTools => ({
  ...{ modelSet, shape: shapeOf(modelSet.layout), openEngine, compile: cheapCompile(modelSet, meetDeadly) },
  memory: { shards: 1, pageBytes: 8192 },
})
