import { inspect } from 'node:util'
import { PreconditionError } from '@freshet/kernel'
import { startKafkaBroker, type KafkaBroker, type SaslMechanism } from '@freshet/testing'
import { openKafkaLog } from './kafka-log'
import type { KafkaLogOptions } from './options'

const clicks = { topic: 'clicks', partition: 0 }
const PASSWORD = 'open-sesame'
const GUESSED = 'open-barley'
const MECHANISMS: readonly SaslMechanism[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']
const OFFERED = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

let broker: KafkaBroker
let trials = 0

jest.setTimeout(300_000)

beforeAll(async () => {
  broker = await startKafkaBroker({ users: { ada: PASSWORD }, mechanisms: MECHANISMS })
})

afterAll(() => broker[Symbol.asyncDispose]())

const open = (sasl: KafkaLogOptions['sasl'], brokers = [broker.address]) =>
  openKafkaLog({ brokers, prefix: `trial-${++trials}`, partitions: { clicks: 2 }, sasl, openingMs: 60_000 })

/** What an attempt to open a log was refused with. */
const refusal = (opening: Promise<AsyncDisposable>): Promise<unknown> =>
  opening.then(
    (log) => log[Symbol.asyncDispose](),
    (error: unknown) => error,
  )

describe.each(OFFERED)('a log on brokers that ask who one is, by %s', (mechanism) => {
  it('is opened with a user and a password, its groups too', async () => {
    await using log = await open({ mechanism, username: 'ada', password: PASSWORD })
    await log.append(clicks, [{ key: 'a', value: new Uint8Array([1]) }])
    const joined = new Promise((resolve) => void log.join('features', { member: 'a', onAssigned: resolve }))
    expect(await joined).toEqual([0, 1])
    expect(await log.read(clicks, 0, { records: 1 })).toHaveLength(1)
  })

  it.each([
    ['a wrong password', { username: 'ada', password: GUESSED }],
    ['a user whom nobody knows', { username: 'eve', password: GUESSED }],
  ])('is refused with %s: by name of what to set, and without a secret', async (_, user) => {
    const refused = await refusal(open({ mechanism, ...user }))
    expect(refused).toBeInstanceOf(PreconditionError)
    expect(String(refused)).toMatch(
      /^\w+: Kafka at 127\.0\.0\.1:\d+ refuses: SASL .* authentication failed: .*; configure the user and the password/,
    )
    expect(String(refused)).toMatch(/kafka\.username and kafka\.password .*kafka\.saslMechanism/)
    expect(inspect(refused, { depth: Infinity, showHidden: true })).not.toMatch(/sesame|barley/)
  })
})

describe('a log on brokers that offer some mechanisms only', () => {
  it('is refused by another one, with the setting that says which', async () => {
    await using scram = await startKafkaBroker({ users: { ada: PASSWORD }, mechanisms: ['SCRAM-SHA-512'] })
    const user = { username: 'ada', password: PASSWORD }
    for (const mechanism of ['plain', 'scram-sha-256'] as const) {
      const refused = await refusal(open({ mechanism, ...user }, [scram.address]))
      expect(refused).toBeInstanceOf(PreconditionError)
      expect(String(refused)).toContain('configure a mechanism that the brokers offer (sasl.enabled.mechanisms), by kafka.saslMechanism')
      expect(inspect(refused, { depth: Infinity, showHidden: true })).not.toContain('sesame')
    }
    await using log = await open({ mechanism: 'scram-sha-512', ...user }, [scram.address])
    expect(await log.append(clicks, [{ key: 'a', value: new Uint8Array([1]) }])).toBe(0)
  })
})
