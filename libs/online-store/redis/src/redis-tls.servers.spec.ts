import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { PreconditionError } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import {
  type Certificates,
  freePorts,
  makeCertificates,
  type RedisServer,
  startRedis,
  type TemporaryDirectory,
  temporaryDirectory,
} from '@freshet/testing'
import { at, numbered, whenBack } from './house.fixture'
import { openRedisStore } from './redis-store'

let directory: TemporaryDirectory
let certificates: Certificates
let redis: RedisServer
let port: number

beforeAll(async () => {
  directory = await temporaryDirectory()
  certificates = await makeCertificates(directory.path)
  ;[port] = await freePorts(1)
  const { authority, server } = certificates
  const files = ['--tls-cert-file', server.certificate, '--tls-key-file', server.key, '--tls-ca-cert-file', authority]
  redis = await startRedis({ settings: ['--tls-port', `${port}`, ...files, '--tls-auth-clients', 'optional'] })
})

afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

const open = (tls: ConnectionOptions): Promise<OnlineStore> =>
  openRedisStore({ url: `rediss://127.0.0.1:${port}`, name: 'tls', partitions: 1, deadlineMs: 1000, tls })

const trusting = (): ConnectionOptions => ({ ca: readFileSync(certificates.authority) })

describe('a store on a Redis that speaks TLS', () => {
  it('is read and written by who trusts its authority, also after it was gone', async () => {
    await using store = await open(trusting())
    expect(await whenBack(() => store.positions(0))).toEqual(at(0))
    await store.commit(0, numbered(0))
    await redis.command('SAVE')
    await redis.restart()
    expect(await whenBack(() => store.positions(0))).toEqual(await store.positions(0))
  })

  it('is refused to who trusts others, with the remedy', async () => {
    await using other = await temporaryDirectory()
    const { authority } = await makeCertificates(other.path)
    await using store = await open({ ca: readFileSync(authority) })
    const refused = store.positions(0)
    await expect(refused).rejects.toThrow(PreconditionError)
    await expect(refused).rejects.toThrow(/^no TLS connection to rediss:\/\/127\.0\.0\.1:\d+: .*; trust the authority .* as caFile$/)
  })

  it('is refused under a name that its certificate does not have', async () => {
    await using store = await open({ ...trusting(), servername: 'cache.example' })
    await expect(store.positions(0)).rejects.toThrow(/use an address that its certificate names/)
  })
})
