import { InvalidFieldError } from '@freshet/kernel'
import { startKafkaBroker, startRedis } from '@freshet/testing'

/** Where log and store lie while it is measured. */
export interface Engines extends AsyncDisposable {
  /** FRESHET_* settings by which services find them. */
  readonly settings: Readonly<Record<string, string>>
}

/** The ways to run that are measured, by name. */
const ENGINES = ['embedded', 'kafka-redis'] as const

/** One of them. */
export type EngineName = (typeof ENGINES)[number]

/** The engine that was asked for; embedded unless something was. */
export function engineNamed(value = 'embedded'): EngineName {
  const name = ENGINES.find((each) => each === value)
  if (name) return name
  throw new InvalidFieldError({ field: '--engine', value, rule: `it is one of ${ENGINES.join(', ')}`, remedy: 'choose one of them' })
}

/** Starts what an engine needs beside the services, on this machine: nothing, or a Kafka broker and a Redis server that appends each commit to a file. */
export async function startEngines(name: EngineName): Promise<Engines> {
  if (name === 'embedded') return { settings: {}, [Symbol.asyncDispose]: async () => {} }
  const broker = await startKafkaBroker()
  const redis = await startRedis({ appendOnly: true }).catch(async (failure: unknown) => {
    await broker[Symbol.asyncDispose]()
    throw failure
  })
  return {
    settings: { FRESHET_LOG: `kafka://${broker.address}`, FRESHET_STORE: redis.address },
    async [Symbol.asyncDispose]() {
      await Promise.all([redis[Symbol.asyncDispose](), broker[Symbol.asyncDispose]()])
    },
  }
}
