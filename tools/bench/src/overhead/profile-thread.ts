import { renameSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { cpuSecondsOfThisThread } from '../harness/process-cpu'
import { PROFILES, type Slice } from './slice'

// Loaded before a service's own code (node --require) into each of its threads: writes down what the thread does, one file a slice.

const SLICE_MS = 4000
const INTERVAL_US = 1000

function profileInto(target: string): void {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US })
  session.post('Profiler.start')
  let count = 0
  let [fromMs, fromSeconds] = [nowMs(), cpuSecondsOfThisThread()]
  const turn = (): void => {
    const seconds = cpuSecondsOfThisThread() - fromSeconds
    const span = { process: process.pid, fromMs, toMs: nowMs() }
    session.post('Profiler.stop', (failure, { profile }) => {
      if (failure === null) write(join(target, `${process.pid}-${threadId}-${count++}`), { ...span, seconds, profile })
    })
    ;[fromMs, fromSeconds] = [nowMs(), cpuSecondsOfThisThread()]
    session.post('Profiler.start')
  }
  setInterval(turn, SLICE_MS).unref()
}

/** Whole, or not there. */
function write(file: string, slice: Slice): void {
  writeFileSync(`${file}.part`, JSON.stringify(slice))
  renameSync(`${file}.part`, `${file}.json`)
}

/** By the clock that all processes of a machine share. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6

const directory = process.env[PROFILES]
if (directory !== undefined) profileInto(directory)
