import { existsSync } from 'node:fs'
import { freePorts, startKafkaBroker, temporaryDirectory, type KafkaBroker } from '@freshet/testing'
import { pino } from 'pino'
import { loadConfig } from '../config/load-config'
import type { ConfigInput } from '../config/schema'
import { openRuntime } from './open-runtime'

let broker: KafkaBroker
const silent = pino({ level: 'silent' })

beforeAll(async () => {
  broker = await startKafkaBroker({ users: { ada: 'geheim' } })
})
afterAll(() => broker[Symbol.asyncDispose]())

const user = { saslMechanism: 'plain', username: 'ada', password: 'geheim' } as const
const open = (data: string, overrides: ConfigInput, logger = silent) =>
  openRuntime(loadConfig({ env: {}, overrides: { data, ...overrides } }), { logger })

describe('a first start on Kafka', () => {
  it('that the topics refuse binds no data set: the remedy can be followed', async () => {
    await using directory = await temporaryDirectory()
    const shop = { name: 'shop', log: `kafka://${broker.address}`, kafka: user } as const
    await (await open(directory.within('there'), { ...shop, partitions: 8 }))[Symbol.asyncDispose]()
    const here = directory.within('here')
    await expect(open(here, { ...shop, partitions: 4 })).rejects.toThrow(/made with 8 partitions, not 4; configure 8 partitions/)
    expect(existsSync(here)).toBe(false)
    await using runtime = await open(here, { ...shop, partitions: 8 })
    expect(runtime.log.health?.().isServing).toBe(true)
  })

  it('at an address where nobody answers binds none either', async () => {
    await using directory = await temporaryDirectory()
    const [port] = await freePorts(1)
    const kafka = { deadlineMs: 300 }
    await expect(open(directory.path, { name: 'shop', log: `kafka://127.0.0.1:${port}`, kafka })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    await using runtime = await open(directory.path, { name: 'shop' })
    expect(runtime.log.health).toBeUndefined()
  })

  it('is let in by the user that the configuration names, and refused under another, without the password in a word of it', async () => {
    await using directory = await temporaryDirectory()
    const shop = { name: 'asked', log: `kafka://${broker.address}` } as const
    await using runtime = await open(directory.path, { ...shop, kafka: user })
    expect(runtime.dictionary.name).toBe('generic')
    const refused = open(directory.within('other'), { ...shop, kafka: { ...user, password: 'geraten' } })
    await expect(refused).rejects.toThrow(/configure the user and the password that the brokers know/)
    await expect(refused).rejects.not.toThrow(/geraten/)
    const unknown = open(directory.within('other'), { ...shop, kafka: { ...user, saslMechanism: 'scram-sha-256' } })
    await expect(unknown).rejects.toThrow(/configure a mechanism that the brokers offer .* by kafka.saslMechanism/)
  })

  it('says at once what it waits for, and why, where a service is told to wait', async () => {
    await using directory = await temporaryDirectory()
    const said: { readonly msg: string; readonly reason?: string }[] = []
    const logger = pino({}, { write: (line: string) => void said.push(JSON.parse(line) as { msg: string }) })
    const config = loadConfig({
      env: {},
      overrides: { data: directory.path, log: `kafka://${broker.address}`, kafka: { deadlineMs: 300 } },
    })
    const isOver = new Error('enough')
    const whileWaiting = async (): Promise<AsyncDisposable> => {
      throw isOver // the reason has been said by then
    }
    await expect(openRuntime(config, { logger, whileWaiting })).rejects.toBe(isOver)
    expect(said.map(({ msg }) => msg)).toEqual(['waiting for Kafka', expect.stringContaining('does not answer')])
    expect(said[1].reason).toMatch(/Kafka at 127\.0\.0\.1:\d+ is not available; it said: /)
  })
})
