import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { startKafkaRedis } from './kafka-redis'
import { temporaryDirectory } from './temporary-directory'

jest.setTimeout(300_000)

describe('Kafka and Redis together', () => {
  it('answer where they say, keep their data where they are told to, and start again on it', async () => {
    await using directory = await temporaryDirectory()
    {
      await using engines = await startKafkaRedis({ directory: directory.path })
      await engines.redis.command('SET a kept')
      expect(engines.addresses).toEqual({ log: `kafka://${engines.broker.address}`, store: `redis://127.0.0.1:${engines.redis.port}` })
      expect(engines.settings).toEqual({ FRESHET_LOG: engines.addresses.log, FRESHET_STORE: engines.addresses.store })
    }
    expect(existsSync(directory.within('kafka', 'data', 'meta.properties'))).toBe(true)
    await using again = await startKafkaRedis({ directory: directory.path })
    expect(await again.redis.command('GET a')).toBe('kept')
  })

  it('leave no Redis behind where the broker cannot start', async () => {
    await using directory = await temporaryDirectory()
    await writeFile(directory.within('kafka'), 'a file where a folder should be')
    await expect(startKafkaRedis({ directory: directory.path })).rejects.toThrow(/EEXIST|ENOTDIR/)
  })
})
