import { join } from 'node:path'
import { systemClock } from '@freshet/kernel'
import { loadConfig, openRuntime } from '@freshet/service'
import { Fleet } from '@freshet/testing'
import { answered } from './fleet/answered'
import { duringFleet } from './fleet/bench-fleet'
import { above, type Measured } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { WORKSPACE } from './harness/workspace'
import { freshet } from './loop/command-line'
import { type DataSet, folderOf, ML100K, prefixOf, RETAILROCKET } from './loop/data-set'
import { aucOfLastHalf } from './loop/halves'

const QUICK_EVENTS = 10_000
const AUC_MIN = 0.75

/** What `freshet import` answers, as far as it is a figure here. */
interface Imported {
  readonly accepted: number
  readonly examples: number
  readonly step: number
  /** Absent where no real label says no. */
  readonly auc?: number
  readonly eventsPerS: number
  readonly seconds: { readonly replay: number; readonly features: number; readonly training: number }
}

/** What `freshet evaluate` answers, as far as it is a figure here. */
interface Evaluated {
  readonly freshet: ListQuality
  readonly popularity: ListQuality
  readonly random: ListQuality
}

interface ListQuality {
  readonly trials: number
  readonly hitRate: number
  readonly ndcg: number
}

/** One data set's way through the house. */
interface Journey {
  readonly imported: Imported
  readonly evaluated: Evaluated
  readonly environment: Readonly<Record<string, string>>
}

/** Public data in time order through the five services, as a user would send it, and how good the lists would have been. */
async function loop(scope: BenchScope): Promise<Record<string, Measured>> {
  const movies = await journey(ML100K, scope)
  const shop = await journey(RETAILROCKET, scope)
  return {
    ml100k_auc: { value: movies?.imported.auc ?? null, unit: 'auc', goal: above(AUC_MIN) },
    ml100k_auc_last_half: { value: movies ? await lastHalf(movies) : null, unit: 'auc' },
    ...hitRates('ml100k', movies),
    ...hitRates('retailrocket', shop),
  }
}

function hitRates(name: string, found: Journey | undefined): Record<string, Measured> {
  const { freshet: ours, popularity } = found?.evaluated ?? {}
  return {
    [`${name}_hr10`]: { value: ours?.hitRate ?? null, unit: 'hit rate', ...(popularity && { goal: above(popularity.hitRate) }) },
    [`${name}_popularity_hr10`]: { value: popularity?.hitRate ?? null, unit: 'hit rate' },
  }
}

async function journey(of: DataSet, { isQuick, directory, say }: BenchScope): Promise<Journey | undefined> {
  const whole = folderOf(of)
  if (!whole) {
    say(`${of.folder} is absent: FRESHET_BENCH_DATA names the folder of the data sets`)
    return undefined
  }
  const path = isQuick ? prefixOf(of, whole, { directory, count: QUICK_EVENTS }) : whole
  const data = join(directory, 'data')
  const environment = { FRESHET_DATA: data, FRESHET_NAME: of.source, FRESHET_TRAINER_VERSIONS_KEPT: '1000' }
  const starting = Fleet.start({ root: WORKSPACE, data, dictionary: of.source, environment })
  const imported = await duringFleet(starting, say, async (fleet) => {
    const report = await freshet<Imported>(['import', of.source, path], fleet.settings)
    await answered(fleet.address('ranker'), { userId: '1', step: report.step }, systemClock)
    return report
  })
  say(spell(of, imported))
  const evaluated = await freshet<Evaluated>(['evaluate', '--data', of.source], environment)
  for (const name of ['freshet', 'popularity', 'random'] as const) say(`  ${name}: ${spellQuality(evaluated[name])}`)
  return { imported, evaluated, environment }
}

async function lastHalf({ imported, environment }: Journey): Promise<number> {
  await using runtime = await openRuntime(loadConfig({ env: environment, overrides: { logging: { level: 'silent' } } }))
  return await aucOfLastHalf(runtime, imported.examples)
}

const spell = ({ folder }: DataSet, { accepted, examples, step, auc, eventsPerS, seconds }: Imported): string =>
  `${folder}: ${accepted} records accepted (${Math.round(eventsPerS)}/s), ${examples} examples in ${step} steps, AUC ${auc?.toFixed(4) ?? 'none'}; ` +
  `replay ${seconds.replay.toFixed(1)} s, features ${seconds.features.toFixed(1)} s, training ${seconds.training.toFixed(1)} s`

const spellQuality = ({ trials, hitRate, ndcg }: ListQuality): string =>
  `HR@10 ${hitRate.toFixed(4)}, NDCG@10 ${ndcg.toFixed(4)} over ${trials} trials`

void runBench('loop', loop).then((code) => process.exit(code))
