import { startKafkaRedis } from '@freshet/testing'
import type { EngineName } from '../harness/engine-name'

/** Where log and store lie while it is measured. */
export interface Engines extends AsyncDisposable {
  /** FRESHET_* settings by which services find them. */
  readonly settings: Readonly<Record<string, string>>
}

/** Starts what an engine needs beside the services, on this machine: nothing, or a Kafka broker and a Redis server that appends each commit to a file. */
export async function startEngines(name: EngineName): Promise<Engines> {
  if (name === 'embedded') return { settings: {}, [Symbol.asyncDispose]: async () => {} }
  return startKafkaRedis()
}
