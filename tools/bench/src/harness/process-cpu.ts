import { readFileSync } from 'node:fs'

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

function secondsIn(file: string): number {
  const text = readFileSync(file, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_PER_S
}
