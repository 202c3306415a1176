import { parentPort, workerData } from 'node:worker_threads'
import { openEmbeddedLog } from './embedded-log'

/** In a thread: waits for the main thread's first record, appends one after it, and says its key. */
async function main(directory: string): Promise<void> {
  const at = { topic: 'clicks', partition: 1 }
  await using log = await openEmbeddedLog({ directory, partitions: { clicks: 4 } })
  await log.grown(at, 0, new AbortController().signal)
  const [{ key }] = await log.read(at, 0, { records: 1 })
  await log.append(at, [{ key: `after ${key}`, value: new Uint8Array([2]) }])
  parentPort?.postMessage(key)
}

void main(workerData as string)
