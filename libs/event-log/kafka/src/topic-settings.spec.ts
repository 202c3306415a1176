import { PreconditionError } from '@freshet/kernel'
import { checkTopic, planTopic, type TopicFound } from './topic-settings'

const three = { brokers: 3, options: {} }
const DAY_MS = 24 * 60 * 60 * 1000

/** A topic as it stands when it was made as planned, but for some settings. */
const standing = (topic: string, settings: Record<string, string> = {}): TopicFound => {
  const plan = planTopic(topic, 8, three)
  return { ...plan, settings: { ...plan.settings, ...settings } }
}

describe('the plan of a topic', () => {
  it('keeps the last record of each key of the catalogue', () => {
    expect(planTopic('catalog', 8, three).settings).toMatchObject({ 'cleanup.policy': 'compact' })
  })

  it.each(['events', 'touches', 'journal', 'examples', 'replays'])(
    'keeps all of %s until it is trimmed, and never compacts it',
    (topic) => {
      const kept = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' }
      const options = { retentionMs: DAY_MS, retentionBytes: 1 << 30 }
      expect(planTopic(topic, 1, { brokers: 3, options }).settings).toMatchObject(kept)
    },
  )

  it('lets dead letters go by age and size', () => {
    const passing = { 'cleanup.policy': 'delete', 'retention.ms': String(30 * DAY_MS), 'retention.bytes': '-1' }
    expect(planTopic('dead-letter', 8, three).settings).toMatchObject(passing)
    const options = { retentionMs: DAY_MS, retentionBytes: 1 << 30 }
    const configured = { 'retention.ms': String(DAY_MS), 'retention.bytes': String(1 << 30) }
    expect(planTopic('dead-letter', 8, { brokers: 3, options }).settings).toMatchObject(configured)
  })

  it('has three replicas of which two must answer, or what the cluster has', () => {
    const figures = [1, 2, 3, 9].map((brokers) => planTopic('events', 8, { brokers, options: {} }))
    expect(figures.map((plan) => [plan.replicationFactor, plan.settings['min.insync.replicas']])).toEqual([
      [1, '1'],
      [2, '1'],
      [3, '2'],
      [3, '2'],
    ])
  })

  it('takes eight mebibytes at once, whatever the packer makes of them', () => {
    expect(Number(planTopic('events', 8, three).settings['max.message.bytes'])).toBeGreaterThan((8 << 20) * (7 / 6))
  })

  it('refuses more replicas than brokers, and more of them in sync than there are', () => {
    expect(() => planTopic('events', 8, { brokers: 1, options: { replicationFactor: 3 } })).toThrow(
      '3 replicas are configured, and the cluster has 1 brokers; configure at most 1 replicas, or add brokers',
    )
    expect(() => planTopic('events', 8, { brokers: 1, options: { minInSyncReplicas: 2 } })).toThrow(PreconditionError)
  })
})

describe('a topic that stands already', () => {
  it('is fine as it would be made', () => {
    for (const topic of ['events', 'journal', 'catalog']) expect(checkTopic(planTopic(topic, 8, three), standing(topic))).toEqual([])
  })

  it.each([
    ['another number of partitions', 'events', { found: { partitions: 4 } }, /was made with 4 partitions, not 8; configure 4/],
    ['compaction where records would be lost', 'journal', { settings: { 'cleanup.policy': 'compact' } }, /journal is compacted/],
    [
      'batches that are too small',
      'events',
      { settings: { 'max.message.bytes': '1048588' } },
      /at most 1048588 bytes.*max.message.bytes=10485760/,
    ],
    ['more replicas in sync than it has', 'events', { settings: { 'min.insync.replicas': '4' } }, /so no append can succeed/],
  ])('is refused with %s', (_, topic, { settings, found }: { settings?: Record<string, string>; found?: object }, message) => {
    const stands = { ...standing(topic, settings), ...found }
    expect(() => checkTopic(planTopic(topic, 8, three), stands)).toThrow(PreconditionError)
    expect(() => checkTopic(planTopic(topic, 8, three), stands)).toThrow(message)
  })

  it.each([
    ['fewer replicas', 'events', {}, 2, /has 2 replicas, and 3 are configured/],
    ['acknowledgements by one replica', 'events', { 'min.insync.replicas': '1' }, 3, /set min.insync.replicas=2/],
    ['leaders that may lack records', 'events', { 'unclean.leader.election.enable': 'true' }, 3, /stale replica/],
    ['a shorter retention', 'dead-letter', { 'retention.ms': '1000' }, 3, /retention.ms=1000, and 2592000000 is configured/],
    ['any retention where all is kept', 'journal', { 'retention.bytes': '1000' }, 3, /retention.bytes=1000, and -1 is configured/],
    ['a catalogue that forgets', 'catalog', { 'cleanup.policy': 'delete' }, 3, /set cleanup.policy=compact/],
  ])('is warned of with %s', (_, topic, settings, replicationFactor, message) => {
    const warnings = checkTopic(planTopic(topic, 8, three), { ...standing(topic, settings), replicationFactor })
    expect(warnings).toEqual([expect.stringMatching(message)])
  })
})
