import { Event } from '@freshet/contracts'
import { IngestClient, IngestService, MigratorClient, RankerClient } from '@freshet/contracts/services'
import { Metadata, status, type ServiceError } from '@grpc/grpc-js'
import { call, connect, stream } from '../client/client'
import { remoteError } from '../errors/error-details'
import { DeadlineExceededError, PortInUseError, RemoteError } from '../errors/errors'
import { addressOf, placeOf } from './addresses'
import { bareRuntime, echo, serveEcho } from './echo.fixture'
import type { Served } from './serve'

let served: Served
let ingest: IngestClient
let migrator: MigratorClient

beforeAll(async () => {
  served = await serveEcho()
  ingest = connect(IngestClient, served.grpcAddress)
  migrator = connect(MigratorClient, served.grpcAddress)
})

afterAll(async () => {
  ingest.close()
  migrator.close()
  await served.close()
})

beforeEach(() => Object.assign(echo, { signals: [], produced: 0, gate: Promise.resolve(), entered: () => undefined }))

describe('a unary call', () => {
  it('answers', async () => {
    expect(await call(ingest, 'openReplay', { source: 'a file' })).toEqual({ replayId: 'a file' })
  })

  it('brings a refusal to the caller with its code, facts and remedy', async () => {
    const refusal = await call(ingest, 'openReplay', { source: 'refuse' }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(RemoteError)
    expect(refusal).toMatchObject({
      code: 'INVALID_FIELD',
      retryable: false,
      message: 'limit is 0, but it must be 1 to 500; ask for 10 – or “fewer”',
      details: { field: 'limit', value: '0', rule: 'it must be 1 to 500', remedy: 'ask for 10 – or “fewer”' },
    })
  })

  it('says nothing of the inside when a handler fails in a way that nobody foresaw', async () => {
    const crash = await call(ingest, 'openReplay', { source: 'crash' }).catch((error: unknown) => error)
    expect(crash).toMatchObject({ code: 'INTERNAL', retryable: false })
    expect(JSON.stringify(crash)).not.toContain('secret')
  })

  it('ends at the deadline of its caller, and tells the handler', async () => {
    echo.gate = new Promise(() => undefined)
    const late = call(ingest, 'openReplay', { source: 'x' }, { deadlineMs: 1000 })
    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true })
    await ended(echo.signals[0]) // it had begun: a busy machine has a second for that
  })

  it('ends at the service’s own deadline when the caller sets none', async () => {
    await using impatient = await serveEcho(bareRuntime({ deadlineMs: 500 }))
    using client = closing(connect(IngestClient, impatient.grpcAddress))
    echo.gate = new Promise(() => undefined)
    const error = await new Promise<ServiceError | null>((resolve) => client.inner.openReplay({ source: 'x' }, resolve))
    expect(error && remoteError('openReplay', error)).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: new DeadlineExceededError('Ingest/OpenReplay', 500).message,
    })
    expect(echo.signals[0].aborted).toBe(true)
  })

  it('is cancelled by its signal, before and after it has begun', async () => {
    const abort = new AbortController()
    echo.gate = new Promise(() => undefined)
    echo.entered = () => abort.abort()
    await expect(call(ingest, 'openReplay', { source: 'x' }, { signal: abort.signal })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(call(ingest, 'openReplay', { source: 'x' }, { signal: abort.signal })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('refuses a message above the bound by its size, and takes one below it', async () => {
    const tooLarge = call(ingest, 'openReplay', { source: 'x'.repeat(1 << 20) })
    await expect(tooLarge).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining('a message may have 1048576'),
    })
    const { replayId } = await call(ingest, 'openReplay', { source: 'x'.repeat((1 << 20) - 10) })
    expect(replayId).toHaveLength((1 << 20) - 10)
  })

  it('refuses even what the transport would not carry with the same code', async () => {
    await expect(call(ingest, 'openReplay', { source: 'x'.repeat(9 << 20) })).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  })

  it('refuses bytes that are no such message', async () => {
    const { path, responseDeserialize } = IngestService.openReplay
    const error = await new Promise<ServiceError | null>((resolve) =>
      ingest.makeUnaryRequest(path, () => Buffer.from([0x0a, 0x7f]), responseDeserialize, {}, new Metadata(), {}, resolve),
    )
    expect(error && remoteError('openReplay', error)).toMatchObject({ code: 'INVALID_FIELD', details: { field: 'the message' } })
  })

  it('names a service that is not served at an address', async () => {
    using ranker = closing(connect(RankerClient, served.grpcAddress))
    await expect(call(ranker.inner, 'getStatus', {})).rejects.toMatchObject({
      code: 'PRECONDITION',
      message: `getStatus is not served at ${served.grpcAddress}; ask the service that does`,
    })
  })

  it('names the address where nobody listens', async () => {
    using nobody = closing(connect(IngestClient, '127.0.0.1:1'))
    await expect(call(nobody.inner, 'getStatus', {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('127.0.0.1:1'),
    })
  })
})

describe('a stream of answers', () => {
  it('brings all of them in order', async () => {
    const steps: number[] = []
    for await (const { sourceStep } of stream(migrator, 'move', { sourceAddress: '100', targetAddress: '' })) steps.push(sourceStep)
    expect(steps).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('brings what was answered before a failure, then the failure', async () => {
    const steps: number[] = []
    const drained = (async () => {
      for await (const { sourceStep } of stream(migrator, 'move', { sourceAddress: '3', targetAddress: 'fail' })) steps.push(sourceStep)
    })()
    await expect(drained).rejects.toMatchObject({ code: 'INVALID_FIELD' })
    expect(steps).toEqual([0, 1, 2])
  })

  it('is not produced faster than it is read, and not after its reader has gone', async () => {
    const wide = 'x'.repeat(64 << 10)
    for await (const { detail } of stream(migrator, 'move', { sourceAddress: '100000', targetAddress: wide })) {
      expect(detail).toHaveLength(wide.length)
      break
    }
    await ended(echo.signals[0]) // it had begun: a busy machine has a second for that
    expect(echo.produced).toBeLessThan(1000)
  })
})

describe('a stream in both directions', () => {
  it('answers each message', async () => {
    const both = ingest.stream()
    for (const correlation of [1, 2, 3]) both.write({ correlation, events: [] })
    both.end()
    const correlations: number[] = []
    for await (const { correlation } of both) correlations.push(correlation)
    expect(correlations).toEqual([1, 2, 3])
  })

  it('ends with the error that its handler throws', async () => {
    const both = ingest.stream()
    both.write({ correlation: 13, events: [] })
    await expect(both.toArray()).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
  })

  it('refuses one message above the bound, whatever came before it', async () => {
    const both = ingest.stream()
    both.write({ correlation: 1, events: [] })
    both.write({ correlation: 2, events: [Event.fromPartial({ eventId: 'x'.repeat(1 << 20) })] })
    const failure = await both.toArray().catch((error: ServiceError) => remoteError('stream', error))
    expect(failure).toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  })
})

describe('HTTP', () => {
  const post = (body: string) =>
    fetch(`http://${served.httpAddress ?? ''}/echo`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })

  it.each([
    ['a refusal', '{"refuse":true}', 400, 'INVALID_FIELD', 'limit is 0, but it must be 1 to 500; ask for 10 – or “fewer”'],
    ['a failure that nobody foresaw', '{"crash":true}', 500, 'INTERNAL', 'an internal error; the log of the service names it'],
    ['a body that is no JSON', '{', 400, 'INVALID_FIELD', expect.stringContaining('it must be JSON')],
    [
      'a body above the bound',
      JSON.stringify('x'.repeat(1 << 20)),
      413,
      'MESSAGE_TOO_LARGE',
      expect.stringContaining('a message may have 1048576'),
    ],
  ])('answers %s as problem+json', async (_, body, code, title, detail) => {
    const response = await post(body)
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect([response.status, await response.json()]).toEqual([code, expect.objectContaining({ status: code, title, code: title, detail })])
  })

  it('answers an unknown path as problem+json', async () => {
    const response = await fetch(`http://${served.httpAddress ?? ''}/nothing`)
    const detail = expect.stringMatching(/Cannot GET \/nothing; POST goes to \/v1\/events/)
    expect([response.status, await response.json()]).toEqual([404, expect.objectContaining({ code: 'NOT_FOUND', detail })])
  })

  it('serves the figures of each service that says how it is, and leaves out those that do not', async () => {
    const metrics = await (await fetch(`http://${served.httpAddress ?? ''}/metrics`)).text()
    expect(metrics).toMatch(/^freshet_migrator_moves_source_step\{partition="0",service="echo"\} 7$/m)
    expect(metrics).not.toMatch(/^freshet_ingest_accepted/m)
  })

  it('serves health, and metrics that carry the service and count each call by its status', async () => {
    await call(ingest, 'openReplay', { source: 'counted' })
    const health = await fetch(`http://${served.httpAddress ?? ''}/healthz`)
    expect(await health.json()).toEqual({ status: 'serving', name: 'default', dictionary: '00000000000000ff' })
    const metrics = await (await fetch(`http://${served.httpAddress ?? ''}/metrics`)).text()
    expect(metrics).toMatch(/freshet_calls_total\{method="Ingest\/OpenReplay",code="OK",service="echo"\} \d+/)
    expect(metrics).toMatch(/freshet_calls_total\{method="Ingest\/OpenReplay",code="INVALID_ARGUMENT",service="echo"\} \d+/)
    expect(metrics).toMatch(/freshet_calls_in_flight\{service="echo"\} 0/)
  })
})

describe('an address that is taken', () => {
  it.each([
    ['gRPC', () => ({ grpc: served.grpcAddress }), 'all.grpc'],
    ['HTTP', () => ({ http: served.httpAddress ?? '' }), 'all.http'],
  ])('is refused for %s, naming it and the setting that would choose another', async (_, addresses, setting) => {
    const refusal = await serveEcho(bareRuntime(), addresses()).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(PortInUseError)
    expect(refusal).toMatchObject({ code: 'PORT_IN_USE', message: expect.stringContaining(setting) })
  })
})

describe('an address', () => {
  it.each(['127.0.0.1:8080', '[::1]:8080', 'localhost:0'])('%s is host and port', (address) => {
    const { host, port } = placeOf(address)
    expect(addressOf(host, port)).toBe(address)
  })

  it('that is not this machine’s is refused by its setting', async () => {
    await expect(serveEcho(bareRuntime(), { http: '192.0.2.1:80' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/EADDRNOTAVAIL.*all\.http/),
    })
  })
})

/** Resolves when the service has noticed that nobody waits any more. */
const ended = (signal: AbortSignal): Promise<void> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve()))

const closing = <C extends { close(): void }>(inner: C): { inner: C } & Disposable => ({ inner, [Symbol.dispose]: () => inner.close() })
