import { IngestClient } from '@freshet/contracts/services'
import { credentials, makeClientConstructor, type ServiceDefinition } from '@grpc/grpc-js'
import { service as healthService } from 'grpc-health-check'
import { call, connect } from '../client/client'
import { isServed } from '../client/probe'
import { bareRuntime, echo, serveEcho } from './echo.fixture'

beforeEach(() => Object.assign(echo, { gate: Promise.resolve(), entered: () => undefined }))

describe('a service that is closed', () => {
  it('answers the call in flight, and takes no other', async () => {
    const served = await serveEcho()
    const client = connect(IngestClient, served.grpcAddress)
    const gate = gateOf()
    const answer = call(client, 'openReplay', { source: 'in flight' })
    await gate.entered
    const closed = served.close()
    gate.open()
    expect(await answer).toEqual({ replayId: 'in flight' })
    await closed
    await expect(call(client, 'openReplay', { source: 'too late' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    client.close()
  })

  it('tells long-lived streams by the drain signal before it waits for them', async () => {
    const runtime = bareRuntime()
    const served = await serveEcho(runtime)
    const client = connect(IngestClient, served.grpcAddress)
    const gate = gateOf()
    runtime.drain.signal.addEventListener('abort', gate.open)
    const answer = call(client, 'openReplay', { source: 'ended by the drain' })
    await gate.entered
    await served.close()
    expect(await answer).toEqual({ replayId: 'ended by the drain' })
    client.close()
  })

  it('ends a stream of requests as if its caller had: what was read is answered, and the stream ends well', async () => {
    const served = await serveEcho()
    const client = connect(IngestClient, served.grpcAddress)
    const both = client.stream()
    both.write({ correlation: 1, events: [] })
    const answers = both[Symbol.asyncIterator]() as AsyncIterator<{ correlation: number }>
    expect((await answers.next()).value).toMatchObject({ correlation: 1 })
    const closed = served.close()
    expect((await answers.next()).done).toBe(true)
    await closed
    client.close()
  })

  it('cuts off what does not end within the bound', async () => {
    const served = await serveEcho(bareRuntime({ drainMs: 20 }))
    const client = connect(IngestClient, served.grpcAddress)
    const gate = gateOf()
    const answer = call(client, 'openReplay', { source: 'endless' })
    const outcome = expect(answer).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await gate.entered
    await served.close()
    await outcome
    client.close()
    gate.open()
  })

  it('is closed once, however often it is asked to', async () => {
    const served = await serveEcho()
    expect(served.close()).toBe(served.close())
    await served.close()
  })
})

describe('health', () => {
  it('is serving for the server and each service, and not serving from the start of the drain', async () => {
    const runtime = bareRuntime()
    const served = await serveEcho(runtime)
    const health = new HealthClient(served.grpcAddress, credentials.createInsecure())
    expect(await check(health, '')).toBe('SERVING')
    expect(await check(health, 'freshet.ingest.v1.Ingest')).toBe('SERVING')
    await expect(check(health, 'freshet.ranker.v1.Ranker')).rejects.toMatchObject({
      details: expect.stringContaining('freshet.ranker.v1.Ranker'),
    })
    const watched = watch(health, 'freshet.ingest.v1.Ingest')
    expect((await watched.next()).value).toEqual({ status: 'SERVING' })
    const client = connect(IngestClient, served.grpcAddress)
    const gate = gateOf()
    const answer = call(client, 'openReplay', { source: 'x' })
    await gate.entered
    const closed = served.close()
    expect((await watched.next()).value).toEqual({ status: 'NOT_SERVING' })
    gate.open()
    await answer
    await closed
    health.close()
    client.close()
  })
})

describe('a probe', () => {
  it('finds a service and a data set where they are served, and nothing elsewhere', async () => {
    await using served = await serveEcho()
    const probes = ['freshet.ingest.v1.Ingest', 'data/default', 'freshet.ranker.v1.Ranker', 'data/demo']
    expect(await Promise.all(probes.map((name) => isServed(served.grpcAddress, name)))).toEqual([true, true, false, false])
    expect(await isServed('127.0.0.1:1', 'data/default')).toBe(false)
    expect(await isServed('', 'data/default')).toBe(false)
  })
})

const HealthClient = makeClientConstructor(healthService as unknown as ServiceDefinition, 'Health')
type HealthClient = InstanceType<typeof HealthClient>

const check = (client: HealthClient, service: string): Promise<string> =>
  new Promise((resolve, reject) => {
    client.check({ service }, (error: Error | null, answer: { status: string }) => (error ? reject(error) : resolve(answer.status)))
  })

const watch = (client: HealthClient, service: string): AsyncIterator<unknown> => {
  const watching = client.watch({ service }) as unknown as AsyncIterable<unknown> & { on(event: 'error', ignore: () => void): void }
  watching.on('error', () => undefined)
  return watching[Symbol.asyncIterator]()
}

/** Holds the echo's answers back until it is opened. */
function gateOf(): { readonly entered: Promise<void>; open(): void } {
  let open = (): void => undefined
  echo.gate = new Promise((resolve) => (open = resolve))
  const entered = new Promise<void>((resolve) => (echo.entered = resolve))
  return { entered, open: () => open() }
}
