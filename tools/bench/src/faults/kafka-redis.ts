import { cp, rm } from 'node:fs/promises'
import type { EngineFault } from '@freshet/faults'
import type { Clock } from '@freshet/kernel'
import { type CutProxy, freePorts, type RedisServer, startCutProxy, startKafkaRedis } from '@freshet/testing'
import type { BackEnd, Meanwhile } from './back-end'

/** What a start leaves to others. */
export interface KafkaRedisScope {
  /** A folder for the engines' data; it must not exist. */
  readonly directory: string
  readonly clock: Clock
}

const BROKER_SETTINGS = {
  'broker.session.timeout.ms': '6000', // else one that waits for a core behind ten other programs counts as gone, and its partitions have no leader again and again
  'log.flush.start.offset.checkpoint.interval.ms': '1000', // else one that was killed has again what was trimmed within the last minute, the first record too
}
const REWIND_MS = 1500 // how much of the store's last writes a rewind takes back
const LOG_HALTED_MS = 12_000 // longer than the log's client waits for an answer
const STORE_HALTED_MS = 5000 // longer than the store's client waits for a byte before it connects anew
const ANSWER_MS_MAX = 1000 // an idle engine is asked nothing: then only the connections go

/** A real Kafka broker and a real Redis server, each behind a relay that can cut its connections. */
export async function startBackEnd({ directory, clock }: KafkaRedisScope): Promise<BackEnd> {
  const [port] = await freePorts(1)
  const logRelay = await startCutProxy({ to: port })
  const engines = await startKafkaRedis({ directory, broker: { port, advertisedPort: logRelay.port, settings: BROKER_SETTINGS } })
  const { broker, redis } = engines
  const files = redis.directory
  const storeRelay = await startCutProxy({ to: redis.port })

  const suffered: Readonly<Record<EngineFault, (meanwhile: Meanwhile) => Promise<void>>> = {
    async 'log-killed'(meanwhile) {
      await broker.kill()
      await meanwhile()
      await broker.restart()
    },
    'log-halted': (meanwhile) => halt(broker, { ms: LOG_HALTED_MS, clock, meanwhile }),
    'store-halted': (meanwhile) => halt(redis, { ms: STORE_HALTED_MS, clock, meanwhile }),
    'log-cut': (meanwhile) => cut(logRelay, clock, meanwhile),
    'store-cut': (meanwhile) => cut(storeRelay, clock, meanwhile),
    async 'store-killed'(meanwhile) {
      await redis.kill()
      await meanwhile()
      await redis.restart()
    },
    async 'store-rewound'(meanwhile) {
      const earlier = `${files}-earlier`
      redis.stop()
      await cp(files, earlier, { recursive: true })
      redis.cont()
      await meanwhile() // what is written from here on will not have been
      await clock.sleep(REWIND_MS)
      await redis.kill()
      await rm(files, { recursive: true })
      await cp(earlier, files, { recursive: true })
      await rm(earlier, { recursive: true })
      await redis.restart()
    },
    async 'store-emptied'(meanwhile) {
      await redis.flush()
      await meanwhile()
    },
  }
  return {
    name: 'kafka-redis',
    settings: { FRESHET_LOG: `kafka://127.0.0.1:${logRelay.port}`, FRESHET_STORE: `redis://127.0.0.1:${storeRelay.port}` },
    faults: Object.keys(suffered) as EngineFault[],
    suffer: (fault, meanwhile = atOnce) => suffered[fault](meanwhile),
    async [Symbol.asyncDispose]() {
      await Promise.all([logRelay, storeRelay, engines].map((each) => each[Symbol.asyncDispose]()))
    },
  }
}

const atOnce: Meanwhile = () => Promise.resolve()

/** The worst moment for a connection to go: what was asked has been done, and nobody was told. */
async function cut(relay: CutProxy, clock: Clock, meanwhile: Meanwhile): Promise<void> {
  relay.muteAnswers()
  const answered = relay.answered()
  await meanwhile()
  await Promise.race([answered, clock.sleep(ANSWER_MS_MAX)])
  relay.cut()
  relay.restore()
}

interface Halt {
  readonly ms: number
  readonly clock: Clock
  readonly meanwhile: Meanwhile
}

/** An engine that says nothing for a while, and then all that it was asked for meanwhile. */
async function halt(engine: Pick<RedisServer, 'stop' | 'cont'>, { ms, clock, meanwhile }: Halt): Promise<void> {
  engine.stop()
  await meanwhile()
  await clock.sleep(ms)
  engine.cont()
}
