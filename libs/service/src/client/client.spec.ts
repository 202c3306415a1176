import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { MigratorClient, type migrator } from '@freshet/contracts/services'
import { Metadata, status, type CallOptions, type Client, type ServiceError } from '@grpc/grpc-js'
import { call, connect, stream } from './client'

type Answer = (error: ServiceError | null, answer: string) => void

const failed = (code: status, details = 'the details'): ServiceError => ({ name: '', message: '', code, details, metadata: new Metadata() })

/** A client of a server that a test plays. */
class PlayedClient {
  options: Partial<CallOptions> = {}
  cancelled = 0
  constructor(
    private readonly onAsk: (answer: Answer) => void = () => undefined,
    private readonly answers: readonly (number | ServiceError)[] = [],
  ) {}

  ask = (_: { q: number }, __: Metadata, options: Partial<CallOptions>, answer: Answer) => {
    this.options = options
    process.nextTick(this.onAsk, answer) // no transport answers before it was asked
    return { cancel: () => this.cancelled++ }
  }

  follow = (_: { q: number }, __?: Metadata, options: Partial<CallOptions> = {}) => {
    this.options = options
    const answers = [...this.answers]
    const read = function (this: Readable): void {
      const next = answers.shift()
      if (typeof next === 'object') this.destroy(Object.assign(new TypeError('the transport'), next))
      else this.push(next ?? null)
    }
    return Object.assign(new Readable({ objectMode: true, read }), { cancel: () => this.cancelled++ })
  }

  getChannel = () => ({ getTarget: () => 'dns:10.0.0.7:50051' })
}

/** The played client as the class of a generated one. */
type Played = Client & { ask: PlayedClient['ask']; follow: never }
const asked = (client: PlayedClient, bounds = {}): Promise<unknown> =>
  call(client as unknown as Played, 'ask' as never, { q: 1 } as never, bounds)
const followed = (client: PlayedClient, bounds = {}): AsyncGenerator<unknown> =>
  stream(client as unknown as Played, 'follow' as never, { q: 1 } as never, bounds)

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => 'it succeeded',
    (error: unknown) => error,
  )
}

describe('a call', () => {
  it('answers, and leaves nothing at its signal', async () => {
    const { signal } = new AbortController()
    expect(await asked(new PlayedClient((answer) => answer(null, 'yes')), { signal })).toBe('yes')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it.each([
    ['ten seconds', {}, 10_000],
    ['what its caller says', { deadlineMs: 250 }, 250],
  ])('waits for %s', async (_, bounds, expected) => {
    const client = new PlayedClient((answer) => answer(null, 'yes'))
    const before = Date.now()
    await asked(client, bounds)
    const waits = Number(client.options.deadline) - before
    expect(waits).toBeGreaterThanOrEqual(expected)
    expect(waits).toBeLessThan(expected + 5000)
  })

  it('fails by what its server meant, names where that is, and leaves nothing at its signal', async () => {
    const { signal } = new AbortController()
    const failure = await failureOf(asked(new PlayedClient((answer) => answer(failed(status.UNAVAILABLE), '')), { signal }))
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryable: true, method: 'ask' })
    expect(String(failure)).toContain('nothing answers at 10.0.0.7:50051; start the service')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it.each(['before it begins', 'while it waits'])('is cancelled once by a signal that aborts %s', async (when) => {
    const over = new AbortController()
    if (when === 'before it begins') over.abort()
    let answer: Answer = () => undefined
    const client = new PlayedClient((given) => (answer = given))
    const failure = failureOf(asked(client, { signal: over.signal }))
    await new Promise(setImmediate)
    over.abort()
    expect(client.cancelled).toBe(1)
    answer(failed(status.CANCELLED), '')
    expect(await failure).toMatchObject({ code: 'UNAVAILABLE', message: 'ask at 10.0.0.7:50051 was cancelled; ask again' })
  })

  it('is not cancelled by a signal that aborts after its answer', async () => {
    const over = new AbortController()
    const client = new PlayedClient((answer) => answer(null, 'yes'))
    await asked(client, { signal: over.signal })
    over.abort()
    expect(client.cancelled).toBe(0)
  })
})

describe('a stream', () => {
  it('has no deadline unless one is given', async () => {
    const client = new PlayedClient(undefined, [1])
    for await (const _ of followed(client)) expect(client.options).toEqual({})
    for await (const _ of followed(client, { deadlineMs: 250 }))
      expect(Number(client.options.deadline)).toBeGreaterThan(Date.now() - 60_000)
  })

  it('is cancelled where its reader leaves, and leaves nothing at its signal', async () => {
    const { signal } = new AbortController()
    const client = new PlayedClient(undefined, [1, 2, 3])
    const read: unknown[] = []
    for await (const answer of followed(client, { signal })) {
      read.push(answer)
      if (answer === 2) break
    }
    expect([read, client.cancelled]).toEqual([[1, 2], 1])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('brings what came, then the failure as its server meant it', async () => {
    const { signal } = new AbortController()
    const answers = followed(new PlayedClient(undefined, [1, failed(status.UNIMPLEMENTED)]), { signal })
    expect(await answers.next()).toEqual({ done: false, value: 1 })
    expect(await failureOf(answers.next())).toMatchObject({
      code: 'PRECONDITION',
      message: 'follow is not served at 10.0.0.7:50051; ask the service that does',
    })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('is cancelled before its first answer where its signal has aborted before', async () => {
    const client = new PlayedClient(undefined, [1])
    await followed(client, { signal: AbortSignal.abort() }).next()
    expect(client.cancelled).toBe(1)
  })
})

describe('a client', () => {
  it('opens no connection before it is used', () => {
    const client = connect(MigratorClient, '127.0.0.1:1')
    expect(client.getChannel().getConnectivityState(false)).toBe(0) // idle
    client.close()
  })

  it('takes what the contracts generate: a request of its method’s kind', async () => {
    const client = connect(MigratorClient, '127.0.0.1:1')
    const answer: Promise<migrator.GetStatusResponse> = call(client, 'getStatus', {}, { signal: AbortSignal.abort() })
    await expect(answer).rejects.toMatchObject({ method: 'getStatus', retryable: true })
    client.close()
  })
})
