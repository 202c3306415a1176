import { startRedis, temporaryDirectory } from '@freshet/testing'
import { pino } from 'pino'
import { loadConfig } from '../config/load-config'
import { openRuntime } from './open-runtime'

const logger = pino({ level: 'silent' })

describe('a runtime whose Redis refuses it for good', () => {
  it.each([
    ['a wrong password', (port: number) => `redis://:hunter3@127.0.0.1:${port}`, /WRONGPASS.*correct user and password/],
    ['a database that it does not have', (port: number) => `redis://:hunter2@127.0.0.1:${port}/99`, /has no database 99/],
  ])('does not open, by %s, and says what to do', async (_, address, said) => {
    await using redis = await startRedis({ settings: ['--requirepass', 'hunter2'] })
    await using directory = await temporaryDirectory()
    const opened = async (store: string): Promise<string> => {
      await using runtime = await openRuntime(loadConfig({ env: {}, overrides: { data: directory.path, store } }), { logger })
      return runtime.directory
    }
    await expect(opened(address(redis.port))).rejects.toMatchObject({
      code: 'PRECONDITION',
      message: expect.stringMatching(said) as string,
    })
    expect(await opened(`redis://:hunter2@127.0.0.1:${redis.port}`)).toBe(directory.within('default')) // nothing is left that holds its log
  })
})
