import { cpuSecondsOf } from '../harness/process-cpu'

/** What steps took. */
export interface Spent {
  readonly seconds: number
  /** Of all threads of the process that took them. */
  readonly cpuSeconds: number
}

/** Measures what a process spends while something runs; `seconds` are its own account, where it gives one. */
export async function spentBy(pid: number, work: () => Promise<number | undefined>): Promise<Spent> {
  const [cpuBefore, startMs] = [cpuSecondsOf(pid), performance.now()]
  const told = await work()
  return { seconds: told ?? (performance.now() - startMs) / 1000, cpuSeconds: cpuSecondsOf(pid) - cpuBefore }
}
