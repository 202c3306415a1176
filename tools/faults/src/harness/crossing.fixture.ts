import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { cross } from '@freshet/kernel'

/** Comes to a crossing in the thread that it is told, and says that it has passed it. */
function pass(): 'passed' {
  cross('batch-read')
  return 'passed'
}

if (isMainThread) {
  const worker = new Worker(__filename)
  worker.on('message', (message) => process.send?.(message))
  process.on('message', (thread) => (thread === 'main thread' ? process.send?.(pass()) : worker.postMessage(thread)))
} else parentPort?.on('message', () => parentPort?.postMessage(pass()))
