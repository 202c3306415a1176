import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** CPU time that was counted so far, in ticks. */
export interface CpuTicks {
  /** Of all processors together, idle or not. */
  readonly total: number
  /** Of those, what anybody worked, a neighbour of this virtual machine included. */
  readonly worked: number
  /** Of those, what this process worked, and all that it has started. */
  readonly ours: number
}

const STAT = '/proc/stat'
/** Where in the first line of /proc/stat nobody works: idle, and waiting for a disk. */
const IDLE = [3, 4]
const COUNTED = 8 // user, nice, system, idle, iowait, irq, softirq, steal; guests are part of user
const PARENT = 1 // after the name of the program, which may hold spaces
const TIMES = [11, 12, 13, 14] // of its own, and of children that have ended

/**
 * Begins to watch who else uses this machine. What is returned tells, each time that it is called, which share (0 to 1) of all CPU time since then went
 * to others than this process and those that it has started; null where the system does not say, which Linux alone does.
 *
 * source  proc_stat(5), proc_pid_stat(5)
 */
export function watchOthers(read: () => CpuTicks | undefined = readTicks): () => number | null {
  const from = read()
  return () => {
    const to = read()
    return from && to ? shareOfOthers(from, to) : null
  }
}

/** Which share of the CPU time between two moments went to others. */
export function shareOfOthers(from: CpuTicks, to: CpuTicks): number {
  const total = to.total - from.total
  const others = to.worked - from.worked - (to.ours - from.ours)
  return total > 0 ? Math.min(1, Math.max(0, others / total)) : 0
}

/** What Linux has counted until now; undefined elsewhere. */
export function readTicks(): CpuTicks | undefined {
  if (!existsSync(STAT)) return undefined
  const counts = readFileSync(STAT, 'utf8')
    .split('\n', 1)[0]
    .trim()
    .split(/\s+/)
    .slice(1, 1 + COUNTED)
    .map(Number)
  const total = sumOf(counts)
  return { total, worked: total - sumOf(IDLE.map((at) => counts[at])), ours: ticksOfTree(process.pid) }
}

/** What a process and its living descendants have worked, and all whom they have outlived. */
function ticksOfTree(root: number): number {
  const children = new Map<number, number[]>()
  const ticks = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const fields = /^\d+$/.test(name) ? statOf(name) : undefined
    if (!fields) continue
    const parent = Number(fields[PARENT])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    ticks.set(Number(name), sumOf(TIMES.map((at) => Number(fields[at]))))
  }
  const of = (pid: number): number => (ticks.get(pid) ?? 0) + sumOf((children.get(pid) ?? []).map(of))
  return of(root)
}

/** The fields of a process after its name; none where it has ended meanwhile. */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
