import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

const TICKS_PER_S = 100 // USER_HZ, in which Linux tells every program's times
const UTIME = 11 // after the name of the program, which may hold spaces
const STIME = 12

/**
 * The CPU that a process has used so far, its threads included, in seconds: user and system.
 *
 * throws  where the process is gone, or the system is not Linux
 * source  proc_pid_stat(5)
 */
export const cpuSecondsOf = (pid: number): number => secondsIn(`/proc/${pid}/stat`)

/** The CPU that the calling thread has used so far, in seconds. */
export const cpuSecondsOfThisThread = (): number => secondsIn('/proc/thread-self/stat')

/** A thread of the calling process that runs no JavaScript of ours, or any other. */
export interface ThreadCpu {
  /** As the system numbers it. */
  readonly id: string
  readonly name: string
  readonly seconds: number
}

/** The CPU that each thread of the calling process has used so far; one that ends meanwhile is left out. */
export function cpuSecondsOfThreads(): readonly ThreadCpu[] {
  return readdirSync(TASKS).flatMap((id) => {
    try {
      return [{ id, name: readFileSync(`${TASKS}/${id}/comm`, 'utf8').trim(), seconds: secondsIn(`${TASKS}/${id}/stat`) }]
    } catch {
      return []
    }
  })
}

/** The calling thread, as the system numbers it. */
export const ownThreadId = (): string => basename(readlinkSync('/proc/thread-self'))

const TASKS = '/proc/self/task'

function secondsIn(file: string): number {
  const text = readFileSync(file, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_PER_S
}
