import { renameSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { cpuSecondsOfThisThread, cpuSecondsOfThreads, ownThreadId } from '../harness/process-cpu'
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
  let from = reading()
  const turn = (): void => {
    const to = reading()
    const span = { process: process.pid, thread: ownThreadId(), fromMs: from.ms, toMs: to.ms }
    const used = { seconds: to.seconds - from.seconds, processSeconds: to.processSeconds - from.processSeconds }
    const laterThreads = Object.fromEntries(Object.entries(to.later).map(([id, seconds]) => [id, seconds - (from.later[id] ?? 0)]))
    session.post('Profiler.stop', (failure, { profile }) => {
      if (failure === null) write(join(target, `${process.pid}-${threadId}-${count++}`), { ...span, ...used, laterThreads, profile })
    })
    from = reading()
    session.post('Profiler.start')
  }
  setInterval(turn, SLICE_MS).unref()
}

/** Whole, or not there. */
function write(file: string, slice: Slice): void {
  writeFileSync(`${file}.part`, JSON.stringify(slice))
  renameSync(`${file}.part`, `${file}.json`)
}

/** What thread and process have used, and when. */
function reading(): { ms: number; seconds: number; processSeconds: number; later: Record<string, number> } {
  const { user, system } = process.cpuUsage()
  const later = threadId === 0 ? cpuSecondsOfThreads().filter(({ id, name }) => !first.has(id) && name !== PROFILER) : []
  return {
    ms: nowMs(),
    seconds: cpuSecondsOfThisThread(),
    processSeconds: (user + system) / 1e6,
    later: Object.fromEntries(later.map(({ id, seconds }) => [id, seconds])),
  }
}

const PROFILER = 'v8:ProfEvntProc'
/** V8's own, for collecting and compiling, are there before any code is; libuv's pool comes up with its first work. */
const first = new Set(cpuSecondsOfThreads().map(({ id }) => id))

/** By the clock that all processes of a machine share. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6

const directory = process.env[PROFILES]
if (directory !== undefined) profileInto(directory)
