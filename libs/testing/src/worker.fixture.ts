import { parentPort } from 'node:worker_threads'
import { fakeClock } from './fake-clock'

/** Shows that a worker thread runs from source too. */
parentPort?.postMessage(fakeClock(11).nowMs())
