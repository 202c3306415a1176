import { builtInDictionary, compileDictionary, type Dictionary } from '@freshet/features'
import { LoneRanker, requestOf } from './answer/lone-ranker'
import { type FilmShop, ML100K_COUNTS, openFilmShop } from './answer/film-shop'
import { median, quantile } from './harness/quantile'
import { atMost, type Measured } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'

const ANSWERS = { full: 8000, quick: 1500 }
const WARM_UP = 500
const OTHERS = { deepfm: 'deepfm', dcn_v2: 'dcn-v2' } // kinds of rank models beside the dictionary's own
const CPU_MS_MAX = 2.5 // 100 answers a second for a quarter of a core, beside 2,000 events/s
const ANSWERS_PER_RESULT = 5 // 100 answers/s, and a result from the journal every 50 ms
const RATINGS_PER_RESULT = 100 // 2,000 events/s

/** What an answer costs the processor while rows change under it: from the request's bytes to the answer's and its impression's, without transport. */
async function answer(scope: BenchScope): Promise<Record<string, Measured>> {
  const dictionary = compileDictionary(builtInDictionary('movielens'))
  const shop = openFilmShop(dictionary, scope.isQuick ? ML100K_COUNTS.ratings / 2 : ML100K_COUNTS.ratings)
  const ranker = await LoneRanker.open(dictionary, shop, RATINGS_PER_RESULT)
  await take(ranker, WARM_UP)
  const { cpuMs, candidates } = await take(ranker, scope.isQuick ? ANSWERS.quick : ANSWERS.full)
  const still = await take(ranker, WARM_UP, Infinity)
  const others = await answerByOthers(dictionary, shop)
  const mean = cpuMs.reduce((sum, ms) => sum + ms, 0) / cpuMs.length
  const spread = [0.1, 0.5, 0.9].map((q) => quantile(cpuMs, q).toFixed(2)).join(' / ')
  scope.say(
    `${median(candidates)} candidates (median); ${spread} ms (p10 / p50 / p90); where no row changes ${median(still.cpuMs).toFixed(2)} ms`,
  )
  return {
    answer_cpu_p50_ms: { value: median(cpuMs), unit: 'ms', goal: atMost(CPU_MS_MAX) },
    answer_cpu_p99_ms: { value: quantile(cpuMs, 0.99), unit: 'ms' },
    answers_per_s: { value: 1000 / mean, unit: 'answers/s' },
    ...others,
  }
}

/** The same answers, where another kind of model ranks: with the layers of the dictionary's own. */
async function answerByOthers({ text }: Dictionary, shop: FilmShop): Promise<Record<string, Measured>> {
  const figures: Record<string, Measured> = {}
  for (const [name, kind] of Object.entries(OTHERS)) {
    const ranker = await LoneRanker.open(compileDictionary(text.replace('rank: {', `rank: { kind: ${kind},`)), shop, RATINGS_PER_RESULT)
    await take(ranker, WARM_UP)
    figures[`answer_cpu_p50_ms_${name}`] = { value: median((await take(ranker, ANSWERS.quick)).cpuMs), unit: 'ms' }
  }
  return figures
}

interface Taken {
  readonly cpuMs: number[]
  readonly candidates: number[]
}

/** Answers so many requests, one after the other; what learning costs in between does not count. */
async function take(ranker: LoneRanker, count: number, perResult = ANSWERS_PER_RESULT): Promise<Taken> {
  const [cpuMs, candidates]: [number[], number[]] = [[], []]
  for (let i = 0; i < count; i++) {
    if (i % perResult === 0) await ranker.learn()
    const request = requestOf(`u${(i * 7919) % ML100K_COUNTS.users}`)
    const before = process.cpuUsage()
    await ranker.answer(request)
    const { user, system } = process.cpuUsage(before)
    cpuMs.push((user + system) / 1000)
    candidates.push(ranker.candidates)
  }
  return { cpuMs, candidates }
}

void runBench('answer', answer).then((code) => process.exit(code))
