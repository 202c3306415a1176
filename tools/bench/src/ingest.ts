import { systemClock } from '@freshet/kernel'
import { median } from './harness/quantile'
import { atLeast } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { type EmbeddedEffort, ingestEmbedded } from './ingest/embedded'
import { type AppendEffort, appendToKafka } from './ingest/kafka-appends'

const EFFORTS: Readonly<Record<'full' | 'quick', { readonly embedded: EmbeddedEffort; readonly kafka: AppendEffort }>> = {
  full: { embedded: { rounds: 9, roundMs: 5000 }, kafka: { rounds: 11, batches: 20 } },
  quick: { embedded: { rounds: 3, roundMs: 2000 }, kafka: { rounds: 3, batches: 6 } },
}
const PER_CORE_MIN = 50_000
const RATIO_MIN = 0.8

/** How many durable events a core of ingest takes over the embedded log, and how near our appends to Kafka come to the bare client's. */
async function ingest(scope: BenchScope) {
  const effort = EFFORTS[scope.isQuick ? 'quick' : 'full']
  const rounds = await ingestEmbedded(scope, effort.embedded, systemClock)
  const perCore = rounds.map((round) => round.perCore)
  const perSecond = rounds.map((round) => round.perSecond)
  scope.say(`embedded: ${spell(perCore)} events a second of CPU, ${spell(perSecond)} a second that passed`)
  const turns = await appendToKafka(effort.kafka, systemClock)
  const ratios = turns.map(({ ours, bare }) => ours / bare)
  const ours = turns.map((turn) => turn.ours)
  const bare = turns.map((turn) => turn.bare)
  scope.say(
    `Kafka: ours ${spell(ours)} records/s, the bare client ${spell(bare)}; ratio ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
  )
  return {
    embedded_per_core: { value: median(perCore), unit: 'events/s', goal: atLeast(PER_CORE_MIN) },
    embedded_per_s: { value: median(perSecond), unit: 'events/s' },
    kafka_ratio: { value: median(ratios), unit: 'ratio', goal: atLeast(RATIO_MIN) },
    kafka_events_per_s: { value: median(ours), unit: 'events/s' },
    kafka_bare_per_s: { value: median(bare), unit: 'events/s' },
  }
}

const spell = (values: readonly number[]): string => values.map((value) => Math.round(value)).join(', ')

void runBench('ingest', ingest).then((code) => process.exit(code))
