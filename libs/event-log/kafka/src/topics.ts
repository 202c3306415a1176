import { ConfigResourceTypes, type Admin } from 'kafkajs'
import type { HealthRecord } from './health'
import { checkTopic, planTopic, type TopicFound, type TopicOptions, type TopicPlan } from './topic-settings'

/** What making and checking topics takes. */
export interface TopicsScope {
  readonly admin: Admin
  readonly health: HealthRecord
  readonly options: TopicOptions
  /** The brokers' name of a topic. */
  readonly nameOf: (topic: string) => string
  readonly partitionsOf: (topic: string) => number
}

/** The topics of a log on its cluster: made where they do not stand yet, looked at where they do; each once. */
export class Topics {
  private readonly standing = new Map<string, Promise<void>>()
  private readonly looked = new Set<string>()

  constructor(private readonly scope: TopicsScope) {}

  /** True once a topic has been found to stand as it should. */
  stands(topic: string): boolean {
    return this.looked.has(topic)
  }

  /** Resolves once the topics stand as they should. Throws PreconditionError where one stands otherwise. */
  async ensure(topics: readonly string[]): Promise<void> {
    const fresh = topics.filter((topic) => !this.standing.has(topic))
    if (fresh.length > 0) {
      const standing = this.make(fresh)
      for (const topic of fresh) this.standing.set(topic, standing)
      standing.catch(() => {
        for (const topic of fresh) this.standing.delete(topic) // the next request tries again
      })
    }
    await Promise.all(topics.map((topic) => this.standing.get(topic)))
    for (const topic of topics) this.looked.add(topic)
  }

  private async make(topics: readonly string[]): Promise<void> {
    const { admin, options, nameOf, partitionsOf } = this.scope
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    const plans = topics.map((topic) => planTopic(topic, partitionsOf(topic), { brokers: brokers.length, options }))
    const existing = new Set(await admin.listTopics())
    const missing = plans.filter(({ topic }) => !existing.has(nameOf(topic)))
    if (missing.length > 0) await admin.createTopics({ topics: missing.map((plan) => this.creationOf(plan)) })
    const found = await this.look(topics.map(nameOf))
    for (const plan of plans) {
      const stands = found.get(nameOf(plan.topic))
      if (stands) for (const warning of checkTopic(plan, stands)) this.scope.health.warn(warning)
    }
  }

  private creationOf({
    topic,
    partitions,
    replicationFactor,
    settings,
  }: TopicPlan): Parameters<Admin['createTopics']>[0]['topics'][number] {
    return {
      topic: this.scope.nameOf(topic),
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
    }
  }

  private async look(names: readonly string[]): Promise<ReadonlyMap<string, TopicFound>> {
    const { admin } = this.scope
    const { topics } = await admin.fetchTopicMetadata({ topics: [...names] })
    const resources = names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name }))
    const { resources: described } = await admin.describeConfigs({ resources, includeSynonyms: false })
    const settings = new Map(
      described.map(({ resourceName, configEntries }) => [
        resourceName,
        Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    )
    return new Map(
      topics.map(({ name, partitions }) => {
        const replicationFactor = Math.min(...partitions.map(({ replicas }) => replicas.length))
        return [name, { partitions: partitions.length, replicationFactor, settings: settings.get(name) ?? {} }]
      }),
    )
  }
}
