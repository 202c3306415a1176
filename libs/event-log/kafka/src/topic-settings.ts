import { PreconditionError } from '@freshet/kernel'
import { TOPICS } from '@freshet/event-log'
import type { KafkaLogOptions } from './options'

/** What one append may weigh as the broker stores it: 8 MiB of records, and what an unlucky packer adds (snappy: a sixth). */
const MESSAGE_BYTES_MAX = 10 << 20

/** How a topic is to stand on the brokers. */
export interface TopicPlan {
  readonly topic: string
  readonly partitions: number
  readonly replicationFactor: number
  /** Its settings, by the brokers' names. */
  readonly settings: Readonly<Record<string, string>>
}

/** How a topic stands on the brokers. */
export interface TopicFound {
  readonly partitions: number
  readonly replicationFactor: number
  readonly settings: Readonly<Record<string, string | undefined>>
}

/** What the settings of a log are computed from. */
export type TopicOptions = Pick<KafkaLogOptions, 'replicationFactor' | 'minInSyncReplicas' | 'retentionMs' | 'retentionBytes'>

const DAY_MS = 24 * 60 * 60 * 1000
const RETENTION_MS = 30 * DAY_MS
const FOR_EVER = '-1'
const TRIMMED_SEGMENT_BYTES = 256 << 20 // a broker frees whole segments: what was trimmed should not wait for a gigabyte
const REPLICAS = 3

/** Kept by time and size: what operators have had time to look at. */
const PASSING: readonly string[] = [TOPICS.deadLetter]

/** How `topic` is to be made on a cluster of so many brokers. Throws PreconditionError where the options contradict each other. */
export function planTopic(topic: string, partitions: number, { brokers, options }: { brokers: number; options: TopicOptions }): TopicPlan {
  const replicationFactor = options.replicationFactor ?? Math.min(REPLICAS, brokers)
  const minInSync = options.minInSyncReplicas ?? (replicationFactor >= REPLICAS ? 2 : 1)
  if (replicationFactor > brokers) {
    const rule = `${replicationFactor} replicas are configured, and the cluster has ${brokers} brokers`
    throw new PreconditionError(rule, `configure at most ${brokers} replicas, or add brokers`)
  }
  if (minInSync > replicationFactor) {
    const rule = `${minInSync} in-sync replicas are configured, of ${replicationFactor}, so that no append could succeed`
    throw new PreconditionError(rule, `configure at most ${replicationFactor} in-sync replicas`)
  }
  const settings = {
    'min.insync.replicas': String(minInSync),
    'max.message.bytes': String(MESSAGE_BYTES_MAX),
    'unclean.leader.election.enable': 'false',
    ...retentionOf(topic, options),
  }
  return { topic, partitions, replicationFactor, settings }
}

/** The catalogue keeps the last record of each key, dead letters pass, and all else stays until it is trimmed by whoever knows what is still needed. */
function retentionOf(topic: string, { retentionMs = RETENTION_MS, retentionBytes = -1 }: TopicOptions): Record<string, string> {
  if (topic === TOPICS.catalog) return { 'cleanup.policy': 'compact' }
  if (PASSING.includes(topic)) {
    return { 'cleanup.policy': 'delete', 'retention.ms': String(retentionMs), 'retention.bytes': String(retentionBytes) }
  }
  const kept = { 'cleanup.policy': 'delete', 'retention.ms': FOR_EVER, 'retention.bytes': FOR_EVER }
  return { ...kept, 'segment.bytes': String(TRIMMED_SEGMENT_BYTES) }
}

/**
 * Compares a topic as it stands with how it would be made: what would break promises is refused, what weakens them is answered as warnings.
 *
 * throws  PreconditionError
 */
export function checkTopic({ topic, partitions, replicationFactor, settings }: TopicPlan, found: TopicFound): readonly string[] {
  if (found.partitions !== partitions) {
    const rule = `topic ${topic} was made with ${found.partitions} partitions, not ${partitions}`
    throw new PreconditionError(rule, `configure ${found.partitions} partitions, or another data set`)
  }
  const now = (name: string): string => found.settings[name] ?? ''
  const policy = 'cleanup.policy'
  if (now(policy).includes('compact') && settings[policy] !== 'compact') {
    const rule = `topic ${topic} is compacted, which would lose records of it`
    throw new PreconditionError(rule, `set ${policy}=delete for it, and look whether records are missing`)
  }
  if (Number(now('max.message.bytes')) < MESSAGE_BYTES_MAX) {
    const rule = `topic ${topic} takes at most ${now('max.message.bytes')} bytes at once, and appends may have ${MESSAGE_BYTES_MAX}`
    throw new PreconditionError(rule, `set max.message.bytes=${MESSAGE_BYTES_MAX} for it`)
  }
  if (Number(now('min.insync.replicas')) > found.replicationFactor) {
    const rule = `topic ${topic} asks for ${now('min.insync.replicas')} in-sync replicas and has ${found.replicationFactor}, so no append can succeed`
    throw new PreconditionError(rule, 'add replicas, or lower min.insync.replicas')
  }
  return warningsOf({ topic, partitions, replicationFactor, settings }, found)
}

function warningsOf(plan: TopicPlan, { replicationFactor, settings }: TopicFound): string[] {
  const { topic } = plan
  const warnings: string[] = []
  const isShorter = (name: string): boolean =>
    Number(settings[name]) >= 0 && (plan.settings[name] === FOR_EVER || Number(settings[name]) < Number(plan.settings[name]))
  if (replicationFactor < plan.replicationFactor)
    warnings.push(`${topic} has ${replicationFactor} replicas, and ${plan.replicationFactor} are configured; reassign its partitions`)
  if (Number(settings['min.insync.replicas']) < Number(plan.settings['min.insync.replicas']))
    warnings.push(
      `${topic} acknowledges after ${settings['min.insync.replicas']} replicas; set min.insync.replicas=${plan.settings['min.insync.replicas']}`,
    )
  if (settings['unclean.leader.election.enable'] === 'true')
    warnings.push(`${topic} may lose acknowledged records when a stale replica is elected; set unclean.leader.election.enable=false`)
  for (const name of ['retention.ms', 'retention.bytes'])
    if (name in plan.settings && settings['cleanup.policy'] !== 'compact' && isShorter(name))
      warnings.push(`${topic} keeps its records for ${name}=${settings[name]}, and ${plan.settings[name]} is configured`)
  if (plan.settings['cleanup.policy'] === 'compact' && settings['cleanup.policy'] !== 'compact')
    warnings.push(`${topic} forgets what is older than its retention, whoever needs it; set cleanup.policy=compact`)
  return warnings
}
