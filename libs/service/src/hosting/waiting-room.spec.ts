import { IngestClient, IngestService, MigratorClient, MigratorService } from '@freshet/contracts/services'
import { freePorts } from '@freshet/testing'
import { credentials, makeClientConstructor, type Client } from '@grpc/grpc-js'
import { service as healthService } from 'grpc-health-check'
import { call, connect, stream } from '../client/client'
import { bareRuntime } from './echo.fixture'
import { serve } from './serve'
import { openWaitingRoom, type WaitingRoomScope } from './waiting-room'

const REASON = 'Kafka at 127.0.0.1:9092 is not available; see that a broker listens there'
const log = { health: () => ({ isServing: false, reason: REASON, sinceMs: 7, unansweredMs: 7, warnings: [] }) }

/** A room on two free ports. */
async function room(more: Partial<WaitingRoomScope> = {}): Promise<WaitingRoomScope> {
  const [grpc, http] = (await freePorts(2)).map((port) => `127.0.0.1:${port}`)
  const services = [IngestService, MigratorService]
  return {
    name: 'shop',
    log,
    grpc: { address: grpc, setting: 'all.grpc', services },
    http: { address: http, setting: 'all.http' },
    ...more,
  }
}

const HealthClient = makeClientConstructor(healthService, 'Health')

interface HealthChecks extends Client {
  check(request: { readonly service: string }, callback: (error: unknown, answer?: { readonly status: string }) => void): void
}

/** What a process says of itself under some names. */
async function healthOf(address: string, names: readonly string[]): Promise<unknown[]> {
  const client = new HealthClient(address, credentials.createInsecure()) as unknown as HealthChecks
  const ask = (service: string): Promise<unknown> =>
    new Promise((resolve) => client.check({ service }, (error, answer) => resolve(error ? 'unknown' : answer?.status)))
  const answers = await Promise.all(names.map(ask))
  client.close()
  return answers
}

describe('a process that waits for its log', () => {
  it('tells probes that it lives and does not serve: itself, its services, and its log', async () => {
    const scope = await room()
    await using _ = await openWaitingRoom(scope)
    expect(await healthOf(scope.grpc.address, ['', 'freshet.log', 'freshet.ingest.v1.Ingest', 'data/shop'])).toEqual([
      ...['NOT_SERVING', 'NOT_SERVING', 'NOT_SERVING'],
      'unknown',
    ])
    const answer = await fetch(`http://${scope.http.address}/healthz`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ status: 'starting', name: 'shop', log: { isServing: false, reason: REASON } })
  })

  it('refuses every call as one that may be made again, and says what it waits for', async () => {
    const scope = await room()
    await using _ = await openWaitingRoom(scope)
    const [ingest, migrator] = [connect(IngestClient, scope.grpc.address), connect(MigratorClient, scope.grpc.address)]
    const refused = { code: 'UNAVAILABLE', retryable: true, message: expect.stringContaining(REASON) }
    await expect(call(ingest, 'getStatus', {})).rejects.toMatchObject(refused)
    const moving = stream(migrator, 'move', { sourceAddress: '', targetAddress: '' })[Symbol.asyncIterator]()
    await expect(moving.next()).rejects.toMatchObject(refused)
    ingest.close()
    migrator.close()
    const posted = await fetch(`http://${scope.http.address}/v1/events`, { method: 'POST', body: '{}' })
    expect([posted.status, posted.headers.get('content-type')]).toEqual([503, 'application/problem+json'])
    expect(await posted.json()).toMatchObject({ code: 'UNAVAILABLE', retryable: true, detail: expect.stringContaining(REASON) })
  })

  it('leaves its addresses to the services at once, though somebody still watches and holds a connection', async () => {
    const scope = await room()
    const waiting = await openWaitingRoom(scope)
    const kept = await fetch(`http://${scope.http.address}/healthz`) // its connection is kept alive
    await kept.text()
    const client = new HealthClient(scope.grpc.address, credentials.createInsecure()) as unknown as HealthChecks & {
      watch(request: { readonly service: string }): NodeJS.ReadableStream
    }
    const watch = client.watch({ service: '' }).on('error', () => undefined)
    await new Promise((resolve) => watch.once('data', resolve))
    await waiting[Symbol.asyncDispose]()
    await using served = await serve({
      name: 'test',
      runtime: bareRuntime(),
      modules: [],
      grpc: { ...scope.grpc, services: [] },
      http: scope.http,
    })
    expect([served.grpcAddress, served.httpAddress]).toEqual([scope.grpc.address, scope.http.address])
    client.close()
  })

  it('listens for calls alone where nothing is to listen for HTTP', async () => {
    const scope = await room({ http: { address: '', setting: 'trainer.http' } })
    await using _ = await openWaitingRoom(scope)
    expect(await healthOf(scope.grpc.address, [''])).toEqual(['NOT_SERVING'])
  })

  it.each(['grpc', 'http'] as const)('names the setting where its %s address is taken, and leaves the other one', async (which) => {
    const taken = await room()
    await using _ = await openWaitingRoom(taken)
    const scope = await room()
    const other = which === 'grpc' ? { grpc: { ...scope.grpc, address: taken.grpc.address } } : { http: taken.http }
    await expect(openWaitingRoom({ ...scope, ...other })).rejects.toMatchObject({ code: 'PORT_IN_USE', setting: `all.${which}` })
    await using again = await openWaitingRoom(scope)
    expect(again).toBeDefined()
  })
})
