// Loaded into every service of a harness by `node --require`: strikes its own process where an order says so.
import { subscribe } from 'node:diagnostics_channel'
import { CROSSING_CHANNEL, type Crossing } from '@freshet/kernel'
import { createStriker, ORDER_VARIABLE } from './harness/strike-order'

const file = process.env[ORDER_VARIABLE]
if (file !== undefined) {
  const striker = createStriker(file, (signal) => void process.kill(process.pid, signal))
  subscribe(CROSSING_CHANNEL, (crossing) => striker(crossing as Crossing))
}
