import { openEmbeddedStore } from '@freshet/online-store-embedded'
import type { OnlineStore } from '@freshet/online-store'
import { openRedisStore } from '@freshet/online-store-redis'
import { startRedis } from '@freshet/testing'
import { median, quantile } from './harness/quantile'
import { atMost } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { ask, ASKED, FEATURES, fill, type Took } from './features/entities'
import { FoldHouse } from './features/fold-house'

/** How much is asked and folded. */
interface Effort {
  readonly entities: number
  readonly rounds: number
  readonly batches: number
  readonly events: number
  readonly folds: number
}

const FULL: Effort = { entities: 20_000, rounds: 20, batches: 250, events: 20_000, folds: 3 }
const QUICK: Effort = { entities: 5000, rounds: 4, batches: 100, events: 4000, folds: 1 }
const WARM_UP_BATCHES = 300
const DEADLINE_MS = 30_000 // a late answer is measured, not refused

/** One engine beside the other: a fresh store for each purpose. */
interface Engine {
  readonly name: 'embedded' | 'redis'
  open(purpose: string): Promise<OnlineStore>
}

/** Batch reads of features, and the fold that writes them: the embedded store and Redis in turns, on the same work. */
async function features({ isQuick, directory, say }: BenchScope) {
  const effort = isQuick ? QUICK : FULL
  await using redis = await startRedis({ appendOnly: true })
  const engines: readonly Engine[] = [
    { name: 'embedded', open: (purpose) => openEmbeddedStore({ directory: `${directory}/${purpose}` }) },
    { name: 'redis', open: (purpose) => openRedisStore({ url: redis.address, name: purpose, deadlineMs: DEADLINE_MS }) },
  ]
  say(
    `a read is ${ASKED} of ${effort.entities} items of ${FEATURES} features each, one request a partition; Redis appends each commit to a file`,
  )
  const [embedded, overRedis] = await readBoth(engines, effort)
  const folds = await foldBoth(engines, effort)
  const spell = (took: readonly number[]): string =>
    `half within ${quantile(took, 0.5).toFixed(2)} ms, 99 % within ${quantile(took, 0.99).toFixed(2)} ms`
  for (const [i, took] of [embedded, overRedis].entries()) {
    say(`${engines[i].name}: read ${spell(took.map(({ readMs }) => readMs))}; taken apart ${spell(took.map(({ decodedMs }) => decodedMs))}`)
    say(`${engines[i].name}: folded ${folds[i].map((speed) => Math.round(speed)).join(', ')} events/s`)
  }
  const p99 = (took: readonly Took[]): number =>
    quantile(
      took.map(({ readMs }) => readMs),
      0.99,
    )
  return {
    embedded_p99_ms: { value: p99(embedded), unit: 'ms', goal: atMost(1) },
    redis_p99_ms: { value: p99(overRedis), unit: 'ms', goal: atMost(5) },
    embedded_folds_per_s: { value: median(folds[0]), unit: 'events/s' },
    redis_folds_per_s: { value: median(folds[1]), unit: 'events/s' },
  }
}

/** Asks each engine in turns, so that whatever else the machine does meets both. */
async function readBoth([embedded, redis]: readonly Engine[], { entities, rounds, batches }: Effort): Promise<readonly Took[][]> {
  await using near = await embedded.open('entities')
  await using far = await redis.open('entities')
  const stores = [near, far].map((store) => ({ store, count: entities }))
  for (const store of stores) await fill(store)
  for (const store of stores) for (let batch = 0; batch < WARM_UP_BATCHES; batch++) await ask(store, batch)
  const took: Took[][] = [[], []]
  for (let round = 1; round <= rounds; round++) {
    for (const [i, store] of stores.entries())
      for (let batch = 0; batch < batches; batch++) took[i].push(await ask(store, round * batches + batch))
  }
  return took
}

/** Folds the same events through each engine, so many times, in turns; events a second. */
async function foldBoth(engines: readonly Engine[], { events, folds }: Effort): Promise<readonly number[][]> {
  const speeds: number[][] = engines.map(() => [])
  for (let fold = 1; fold <= folds; fold++) {
    for (const [i, engine] of engines.entries()) {
      const house = await FoldHouse.open(events)
      await using store = await engine.open(`fold-${fold}`)
      speeds[i].push(events / (await house.foldInto(store)))
    }
  }
  return speeds
}

void runBench('features', features).then((code) => process.exit(code))
