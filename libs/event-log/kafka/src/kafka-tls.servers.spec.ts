import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { PreconditionError } from '@freshet/kernel'
import {
  type Certificates,
  type KafkaBroker,
  makeCertificates,
  startKafkaBroker,
  type TemporaryDirectory,
  temporaryDirectory,
} from '@freshet/testing'
import { openKafkaLog } from './kafka-log'

const clicks = { topic: 'clicks', partition: 0 }
let directory: TemporaryDirectory
let certificates: Certificates
let broker: KafkaBroker
let trials = 0

jest.setTimeout(300_000)

beforeAll(async () => {
  directory = await temporaryDirectory()
  certificates = await makeCertificates(directory.path)
  const { authority, server } = certificates
  broker = await startKafkaBroker({ tls: { keyStore: server.both, authority, asksClients: true } })
})

afterAll(async () => {
  await broker[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

const open = (ssl: ConnectionOptions) =>
  openKafkaLog({ brokers: [broker.address], prefix: `trial-${++trials}`, partitions: { clicks: 1 }, ssl, openingMs: 60_000 })

/** What is shown to the broker, and whom one trusts. */
const identified = (): ConnectionOptions => ({
  ca: readFileSync(certificates.authority),
  key: readFileSync(certificates.client.key),
  cert: readFileSync(certificates.client.certificate),
})

describe('a log on brokers that speak TLS', () => {
  it('is written and read by who trusts their authority and shows a certificate, its groups too', async () => {
    await using log = await open(identified())
    await log.append(clicks, [{ key: 'a', value: new Uint8Array([1]) }])
    const joined = new Promise((resolve) => void log.join('features', { member: 'a', onAssigned: resolve }))
    expect(await joined).toEqual([0])
    expect(await log.read(clicks, 0, { records: 1 })).toHaveLength(1)
  })

  it('is refused to who trusts others, at once and with the remedy', async () => {
    const other = await temporaryDirectory()
    const { authority } = await makeCertificates(other.path)
    const refused = open({ ...identified(), ca: readFileSync(authority) })
    await expect(refused).rejects.toThrow(PreconditionError)
    await expect(refused).rejects.toThrow(/^no TLS connection to Kafka at 127\.0\.0\.1:\d+: .*; trust the authority .* as caFile$/)
    await other[Symbol.asyncDispose]()
  })

  it('is refused to who shows no certificate where they ask for one', async () => {
    const refused = open({ ca: readFileSync(certificates.authority) })
    await expect(refused).rejects.toThrow(/show one of an authority that it trusts/)
  })

  it('is refused under a name that their certificate does not have', async () => {
    const refused = open({ ...identified(), servername: 'brokers.example' })
    await expect(refused).rejects.toThrow(/use an address that its certificate names/)
  })
})
