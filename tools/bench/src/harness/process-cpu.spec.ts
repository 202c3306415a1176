import { readFile } from 'node:fs/promises'
import { cpuSecondsOf, cpuSecondsOfThisThread, cpuSecondsOfThreads, ownThreadId } from './process-cpu'

/** Keeps this thread busy until the system has counted so much of it. */
function burn(seconds: number): void {
  const from = process.cpuUsage()
  for (let used = 0; used < seconds * 1e6;) {
    const { user, system } = process.cpuUsage(from)
    used = user + system
  }
}

describe('the CPU of a process', () => {
  it('grows by what the process has used', () => {
    const before = cpuSecondsOf(process.pid)
    burn(0.2)
    const used = cpuSecondsOf(process.pid) - before
    expect(used).toBeGreaterThan(0.15)
    expect(used).toBeLessThan(5)
  })

  it('is told of the calling thread alone, which is at most all of it', () => {
    const before = cpuSecondsOfThisThread()
    burn(0.2)
    expect(cpuSecondsOfThisThread() - before).toBeGreaterThan(0.15)
    expect(cpuSecondsOfThisThread()).toBeLessThanOrEqual(cpuSecondsOf(process.pid))
  })

  it('is told of each thread, this one and those that work for it among them', async () => {
    const before = cpuSecondsOfThreads().find(({ id }) => id === ownThreadId())
    await Promise.all(Array.from({ length: 8 }, () => readFile(__filename)))
    burn(0.2)
    const threads = cpuSecondsOfThreads()
    expect((threads.find(({ id }) => id === ownThreadId())?.seconds ?? 0) - (before?.seconds ?? Infinity)).toBeGreaterThan(0.15)
    expect(threads.length).toBeGreaterThan(4) // the pool's four
    expect(threads.every(({ name, seconds }) => name !== '' && seconds >= 0)).toBe(true)
  })

  it('is told of living processes only', () => {
    expect(() => cpuSecondsOf(2 ** 30)).toThrow(/ENOENT/)
  })
})
