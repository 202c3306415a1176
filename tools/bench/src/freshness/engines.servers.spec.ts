import { openKafkaLog } from '@freshet/event-log-kafka'
import { openRedisStore } from '@freshet/online-store-redis'
import { startEngines } from './engines'

describe('the engines kafka-redis', () => {
  it('are a broker and a Redis server that answer where the settings say, until they are disposed of', async () => {
    await using engines = await startEngines('kafka-redis')
    const { FRESHET_LOG: log, FRESHET_STORE: store } = engines.settings
    await using opened = await openKafkaLog({ brokers: [log.replace('kafka://', '')], prefix: 'bench' })
    await using values = await openRedisStore({ url: store, name: 'bench' })
    expect(await opened.append({ topic: 'events', partition: 0 }, [{ key: 'u1', value: new Uint8Array([1]) }])).toBe(0)
    expect(await values.positions(0)).toEqual({ events: 0, touches: 0, catalog: 0 })
  })
})
