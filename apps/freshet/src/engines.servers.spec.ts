import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Event, Item } from '@freshet/contracts'
import { FeatureStoreClient, feature, IngestClient, type ingest, ranker, RankerClient } from '@freshet/contracts/services'
import { systemClock } from '@freshet/kernel'
import { call, connect, isServed } from '@freshet/service'
import {
  freePorts,
  type KafkaBroker,
  type RedisServer,
  startKafkaBroker,
  startRedis,
  temporaryDirectory,
  type TemporaryDirectory,
} from '@freshet/testing'

const LAUNCHER = resolve(__dirname, '../bin/freshet.mjs')
const END_MS_MAX = 25_000 // a log that answers nothing is given up after 5 s; the rest is a busy machine

let directory: TemporaryDirectory
let redis: RedisServer
let broker: KafkaBroker
let ports: readonly number[]
let running: ChildProcess | undefined

const address = (i: number): string => `127.0.0.1:${ports[i]}`
const [BROKER, GRPC, HTTP] = [0, 1, 2]
const settings = () => ({ data: directory.within('data'), dictionary: 'generic', all: { grpc: address(GRPC), http: address(HTTP) } })
const engines = () => ({ log: `kafka://${address(BROKER)}`, store: redis.address })

/** `freshet up` as whoever types it has it, in the test's directory. */
function up(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [LAUNCHER, 'up', '--no-demo', ...args], { cwd: directory.path, stdio: 'ignore' })
  running = child
  return child
}

/** Looks until something is there; what fails is looked at again. */
async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found) return found
    await systemClock.sleep(50)
  }
}

interface HealthAnswer {
  readonly code: number
  readonly status: string
  readonly log: { readonly isServing: boolean; readonly reason?: string }
}

async function healthz(): Promise<HealthAnswer> {
  const answer = await fetch(`http://${address(HTTP)}/healthz`)
  return { ...((await answer.json()) as HealthAnswer), code: answer.status }
}

/** Sends a click of ada's, and resolves with where it stands. */
async function click(itemId: string): Promise<ingest.Accepted> {
  const client = connect(IngestClient, address(GRPC))
  const events = [Event.fromPartial({ eventId: `of-${itemId}`, userId: 'ada', itemId, type: 'click' })]
  const { acknowledgements } = await call(client, 'append', { events }).finally(() => client.close())
  const [outcome] = acknowledgements.map((each) => each.outcome)
  return outcome?.$case === 'accepted' ? outcome.accepted : Promise.reject(new RangeError(`refused: ${outcome?.rejected.message}`))
}

/** A list for ada, once it knows of an event. */
async function answerWith({ partition, offset }: ingest.Accepted): Promise<ranker.RecommendResponse> {
  const client = connect(RankerClient, address(GRPC))
  const request = ranker.RecommendRequest.create({ userId: 'ada', limit: 5, dryRun: true })
  const contains = ({ provenance, items }: ranker.RecommendResponse): boolean =>
    items.length > 0 && (provenance?.features[partition] ?? 0) > offset && (provenance?.contains[partition] ?? -1) >= offset
  return until(async () => call(client, 'recommend', request).then((answer) => contains(answer) && answer)).finally(() => client.close())
}

/** Which items ada is remembered to have met, the latest first. */
async function recentOf(): Promise<readonly string[]> {
  const client = connect(FeatureStoreClient, address(GRPC))
  const request = { kind: feature.EntityKind.ENTITY_KIND_USER, entityId: 'ada' }
  const { features } = await call(client, 'getFeatures', request).finally(() => client.close())
  return features?.values['recent']?.texts ?? []
}

beforeAll(async () => {
  ;[directory, redis, ports] = await Promise.all([temporaryDirectory(), startRedis({ appendOnly: true }), freePorts(3)])
}, 60_000)
afterAll(async () => {
  running?.kill('SIGKILL')
  broker?.cont()
  for (const started of [broker, redis, directory]) await started?.[Symbol.asyncDispose]()
})

describe('freshet up, with its engines named on the command line', () => {
  it('stays up before its broker is there, and says to every probe that its log does not answer, and why', async () => {
    await writeFile(directory.within('freshet.yaml'), JSON.stringify(settings()))
    up('--log', engines().log, '--store', engines().store)
    expect(await until(healthz)).toMatchObject({
      ...{ code: 503, status: 'starting' },
      log: { isServing: false, reason: expect.stringContaining(address(BROKER)) },
    })
    expect(await Promise.all(['', 'freshet.log'].map((name) => isServed(address(GRPC), name)))).toEqual([false, false])
    await expect(recentOf()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(running?.exitCode).toBeNull()
  })

  it('serves once the broker is, without a restart: an event goes in, and an answer comes out that knows of it', async () => {
    broker = await startKafkaBroker({ port: ports[BROKER] })
    expect(await until(async () => healthz().then((health) => health.code === 200 && health))).toMatchObject({
      ...{ status: 'serving', log: { isServing: true } },
    })
    expect(await Promise.all(['', 'freshet.log'].map((name) => isServed(address(GRPC), name)))).toEqual([true, true])
    const client = connect(IngestClient, address(GRPC))
    await call(client, 'upsertItems', { items: Array.from({ length: 12 }, (_, i) => Item.fromPartial({ itemId: `item-${i}` })) })
    client.close()
    const answer = await answerWith(await click('item-1'))
    expect(answer.provenance?.degraded).toEqual([])
    expect(await recentOf()).toEqual(['item-1'])
  })

  it('ends within seconds beside a broker that stands still', async () => {
    const ended = running && once(running, 'exit')
    broker.stop()
    const startMs = performance.now()
    running?.kill('SIGTERM')
    expect((await ended)?.[1]).toBeNull() // by itself
    expect(performance.now() - startMs).toBeLessThan(END_MS_MAX)
    broker.cont()
  })
})

describe('freshet up, with the same engines named in freshet.yaml', () => {
  it('goes on where the other one was: what it was told is remembered, and what it is told now is learned', async () => {
    await writeFile(directory.within('freshet.yaml'), JSON.stringify({ ...settings(), ...engines() }))
    up()
    await until(async () => healthz().then(({ code }) => code === 200))
    expect(await recentOf()).toEqual(['item-1'])
    await answerWith(await click('item-2'))
    expect(await recentOf()).toEqual(['item-2', 'item-1'])
    const ended = running && once(running, 'exit')
    running?.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})
