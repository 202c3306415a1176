import { monitorEventLoopDelay } from 'node:perf_hooks'
import { join } from 'node:path'
import { IngestClient } from '@freshet/contracts/services'
import { TOPICS } from '@freshet/event-log'
import { InvalidFieldError, systemClock } from '@freshet/kernel'
import { call, openRuntime } from '@freshet/service'
import { asking } from './fleet/asking'
import { configOf, duringFleet, startFleet } from './fleet/bench-fleet'
import { LiveLoad } from './fleet/live-load'
import { endlessRatings } from './fleet/ratings'
import { type Engines, startEngines } from './freshness/engines'
import { ask, type Questioned } from './freshness/questions'
import { spy } from './freshness/spies'
import { StageClock, STAGES, type StageTimes } from './freshness/stage-clock'
import { type EngineName, engineNamed } from './harness/engine-name'
import { quantile } from './harness/quantile'
import { atMost, type Measured } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'

const DURATION_MS = { full: 30_000, quick: 8_000 }
const WARM_UP_MS = 4_000
const DRAIN_MS_MAX = 10_000
const BOOT_MS_MAX = 60_000 // until the first answer contains the first event
const POLL_MS = 50
const ANSWERS_PER_S = 100
const E2E_P99_MS_MAX: Readonly<Record<EngineName, number>> = { embedded: 1000, 'kafka-redis': 400 }
const STREAM = { users: 5000, items: 2000, seed: 29 }
const CATALOGUE_AT_ONCE = 500
const QUANTILES = { p50: 0.5, p99: 0.99 } as const
const clock = systemClock

/** How the services run, and how busy the shop is. */
interface Setting {
  readonly layout: 'processes' | 'all_in_one'
  readonly eventsPerS: number
}

const SETTINGS: readonly Setting[] = [
  { layout: 'processes', eventsPerS: 500 },
  { layout: 'processes', eventsPerS: 2000 },
  { layout: 'all_in_one', eventsPerS: 500 },
  { layout: 'all_in_one', eventsPerS: 2000 },
]

/** What one setting showed. */
interface Showing extends StageTimes {
  readonly setting: Setting
  readonly ingestMs: readonly number[]
  readonly answersPerS: number
}

/** How long after its acknowledgement an answer contains an event: every rating completes an example, so every one is followed through all stages. */
async function freshness(scope: BenchScope): Promise<Record<string, Measured>> {
  const engine = engineNamed(scope.options.engine)
  const showings: Showing[] = []
  for (const setting of settingsOf(scope.options.setting)) {
    await using engines = await startEngines(engine)
    showings.push(await show(setting, scope, engines.settings))
  }
  const worst = (q: keyof typeof QUANTILES): number | null => {
    const each = showings.map(({ endToEndMs }) => quantileOf(endToEndMs, QUANTILES[q]))
    return each.includes(null) ? null : Math.max(...each.map(Number))
  }
  return {
    e2e_p50_ms: { value: worst('p50'), unit: 'ms' },
    e2e_p99_ms: { value: worst('p99'), unit: 'ms', goal: atMost(E2E_P99_MS_MAX[engine]) },
    ...Object.fromEntries(showings.flatMap((showing) => Object.entries(figuresOf(showing)))),
  }
}

function figuresOf({ setting, endToEndMs, byStageMs, ingestMs, unseen, answersPerS }: Showing): Record<string, Measured> {
  const name = nameOf(setting)
  const pair = (what: string, values: readonly number[]): [string, Measured][] =>
    Object.entries(QUANTILES).map(([q, share]) => [`${name}_${what}_${q}_ms`, { value: quantileOf(values, share), unit: 'ms' }])
  return Object.fromEntries([
    ...pair('e2e', endToEndMs),
    ...pair('ingest', ingestMs),
    ...STAGES.flatMap((stage) => pair(stage, byStageMs[stage])),
    [`${name}_unseen`, { value: unseen, unit: 'events' }],
    [`${name}_answers_per_s`, { value: answersPerS, unit: 'answers/s' }],
  ])
}

/** Null where nothing came through: the count of the unseen says why. */
const quantileOf = (values: readonly number[], q: number): number | null => (values.length === 0 ? null : quantile(values, q))

/** All settings, or the one that was asked for by its name. */
function settingsOf(name: string | undefined): readonly Setting[] {
  const asked = SETTINGS.filter((setting) => name === undefined || nameOf(setting) === name)
  if (asked.length > 0) return asked
  const rule = `a setting is one of ${SETTINGS.map(nameOf).join(', ')}`
  throw new InvalidFieldError({ field: '--setting', value: name ?? '', rule, remedy: 'name one of these, or none for all' })
}

const nameOf = ({ layout, eventsPerS }: Setting): string => `${layout}_${eventsPerS}`

async function show(setting: Setting, { isQuick, directory, say }: BenchScope, environment: Engines['settings']): Promise<Showing> {
  const options = {
    environment,
    directory: join(directory, nameOf(setting)),
    dictionary: 'movielens',
    ...(setting.layout === 'all_in_one' && { services: ['all-in-one'] as const }),
  }
  return duringFleet(startFleet(options), say, async (fleet) => {
    const isOne = setting.layout === 'all_in_one'
    const addresses = { ingest: fleet.address(isOne ? 'all-in-one' : 'ingest'), ranker: fleet.address(isOne ? 'all-in-one' : 'ranker') }
    await using runtime = await openRuntime(configOf(options))
    await fillCatalogue(addresses.ingest)
    const stages = new StageClock(runtime.log.partitions(TOPICS.events))
    const spying = new AbortController()
    const spies = spy({ runtime, clock, stages, signal: spying.signal })
    try {
      return await measure(setting, { addresses, stages, durationMs: isQuick ? DURATION_MS.quick : DURATION_MS.full, say })
    } finally {
      spying.abort()
      await spies
    }
  })
}

interface Measuring extends Pick<BenchScope, 'say'> {
  readonly addresses: { readonly ingest: string; readonly ranker: string }
  readonly stages: StageClock
  readonly durationMs: number
}

/** Warms up, measures, and waits until what was measured is answered. */
async function measure(setting: Setting, { addresses, stages, durationMs, say }: Measuring): Promise<Showing> {
  const [acks, answersMs]: [{ atMs: number; tookMs: number }[], number[]] = [[], []]
  const over = new AbortController()
  const asking = ask({
    ...{ address: addresses.ranker, clock, perS: ANSWERS_PER_S, signal: over.signal },
    userOf: (index) => `u${(index * 7919) % STREAM.users}`,
    onAnswer: ({ provenance }, tookMs) => {
      answersMs.push(tookMs)
      const atMs = clock.monotonicMs()
      provenance?.contains.forEach((offset, partition) => stages.advance('answer', partition, { offset, atMs }))
    },
  })
  let startMs = 0
  const delay = monitorEventLoopDelay({ resolution: 5 })
  {
    await using _load = new LiveLoad({
      ...{ address: addresses.ingest, clock, eventsPerS: setting.eventsPerS, eventOf: endlessRatings('live', STREAM) },
      onAcknowledged: ({ partition, offset, sentMs, acknowledgedMs }) => {
        acks.push({ atMs: acknowledgedMs, tookMs: acknowledgedMs - sentMs })
        stages.watch(partition, offset, acknowledgedMs)
      },
    })
    await until(() => stages.through > 0, BOOT_MS_MAX)
    await clock.sleep(WARM_UP_MS)
    startMs = clock.monotonicMs()
    delay.enable()
    await clock.sleep(durationMs)
    delay.disable()
  }
  const endMs = startMs + durationMs
  await until(() => stages.open === 0, DRAIN_MS_MAX)
  over.abort()
  const questioned = await asking
  const ingestMs = acks.filter(({ atMs }) => atMs >= startMs && atMs < endMs).map(({ tookMs }) => tookMs)
  const showing = { setting, ...stages.read(startMs, endMs), ingestMs, answersPerS: questioned.askedPerS }
  tell(showing, { questioned, answersMs, loopDelayMs: delay.percentile(99) / 1e6, say })
  return showing
}

/** Waits, but not for ever: what is then not there counts as unseen. */
async function until(isSo: () => boolean, patienceMs: number): Promise<void> {
  const endMs = clock.monotonicMs() + patienceMs
  while (!isSo() && clock.monotonicMs() < endMs) await clock.sleep(POLL_MS)
}

interface Beside extends Pick<BenchScope, 'say'> {
  readonly questioned: Questioned
  readonly answersMs: readonly number[]
  readonly loopDelayMs: number
}

function tell(showing: Showing, { questioned, answersMs, loopDelayMs, say }: Beside): void {
  const { setting, endToEndMs, ingestMs, byStageMs, unseen } = showing
  const spell = (values: readonly number[]): string =>
    values.length === 0 ? 'none' : `${quantile(values, 0.5).toFixed(1)} / ${quantile(values, 0.99).toFixed(1)}`
  const stages = STAGES.map((stage) => `${stage} ${spell(byStageMs[stage])}`).join(', ')
  say(`${nameOf(setting)}: end to end ${spell(endToEndMs)} ms (p50 / p99) over ${endToEndMs.length} events, ${unseen} unseen`)
  say(
    `  ingest ${spell(ingestMs)}, ${stages}; answers ${spell(answersMs)}, ${questioned.askedPerS.toFixed(0)} asked a second; this process late by ${loopDelayMs.toFixed(1)} (p99)`,
  )
  for (const [message, times] of questioned.failures) say(`  ${times} questions failed: ${message}`)
}

async function fillCatalogue(address: string): Promise<void> {
  await asking(IngestClient, address, async (client) => {
    for (let from = 0; from < STREAM.items; from += CATALOGUE_AT_ONCE) await call(client, 'upsertItems', { items: itemsFrom(from) })
  })
}

const itemsFrom = (from: number) =>
  Array.from({ length: Math.min(CATALOGUE_AT_ONCE, STREAM.items - from) }, (_, i) => ({
    itemId: `i${from + i}`,
    attributes: { genres: { kind: { $case: 'text' as const, text: `kind ${(from + i) % 4}` } } },
    unavailable: false,
    createdMs: 0,
  }))

void runBench('freshness', freshness, { knows: ['engine', 'setting'] }).then((code) => process.exit(code))
