import { type EventLog, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { builtInDictionary, compileDictionary, memoryMs } from '@freshet/features'
import { loadConfig } from '@freshet/service'
import { ADDED, DICTIONARY } from './changes'
import { assertReleased, beginningsOf, forgetful, keepsLittle, releasedOf, retentionSettings } from './retention'

describe('the houses that keep little', () => {
  it('are every second one, unless it was said for all', () => {
    const seeds = [1, 2, 3, 4]
    expect(seeds.map((seed) => keepsLittle(undefined, seed))).toEqual([false, true, false, true])
    expect(seeds.map((seed) => keepsLittle('on', seed))).toEqual([true, true, true, true])
    expect(seeds.map((seed) => keepsLittle('off', seed))).toEqual([false, false, false, false])
    expect(() => keepsLittle('short', 1)).toThrow("--retention is 'short', but it is on or off")
  })

  it('are set up by what services know', () => {
    const { trainer, featureStore } = loadConfig({ env: retentionSettings({ versionSteps: 75 }), overrides: {} })
    expect(trainer).toMatchObject({ versionsKept: 3, versionEverySteps: 75 })
    expect(featureStore).toMatchObject({ snapshotEveryMs: 2000, retentionMs: 1000 })
  })

  it('have features that remember seconds, and are else the same, before and after the dictionary changes', () => {
    for (const text of [builtInDictionary(DICTIONARY), ADDED]) {
      const [before, after] = [compileDictionary(text), compileDictionary(forgetful(text))]
      expect([memoryMs(before) > 86_400_000, memoryMs(after)]).toEqual([true, 4000])
      expect(after.declared.model).toEqual(before.declared.model)
      expect(after.layout).toEqual(before.layout)
    }
  })
})

describe('what a log has let go of', () => {
  const two = { partitions: Object.fromEntries(Object.values(TOPICS).map((topic) => [topic, topic === TOPICS.journal ? 1 : 2])) }

  async function trimmed(...topics: string[]): Promise<EventLog> {
    const log = openMemoryLog(two)
    for (const topic of topics)
      for (let partition = 0; partition < log.partitions(topic); partition++) {
        await log.append({ topic, partition }, [1, 2, 3].map((byte) => ({ key: '', value: Uint8Array.of(byte) }))) // prettier-ignore
        await log.trim({ topic, partition }, 2)
      }
    return log
  }

  it('is counted over all that services trim: beside an embedded store, events and touches stay', async () => {
    const embedded = await beginningsOf(await trimmed(TOPICS.journal, TOPICS.examples), 'embedded')
    const beside = await beginningsOf(await trimmed(TOPICS.journal, TOPICS.examples, TOPICS.events, TOPICS.touches), 'kafka-redis')
    expect([releasedOf(embedded), releasedOf(beside)]).toEqual([6, 14])
    for (const beginnings of [embedded, beside]) expect(() => assertReleased(beginnings)).not.toThrow()
  })

  it('is too little as long as one of them has its first record', async () => {
    const little = await beginningsOf(await trimmed(TOPICS.journal), 'embedded')
    expect(() => assertReleased(little)).toThrow('a trimmed examples/0 is not available')
    const beside = await beginningsOf(await trimmed(TOPICS.journal, TOPICS.examples), 'kafka-redis')
    expect(() => assertReleased(beside)).toThrow('a trimmed events/0 is not available')
  })
})
