import { cpuSecondsOf, cpuSecondsOfThisThread } from './process-cpu'

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

  it('is told of living processes only', () => {
    expect(() => cpuSecondsOf(2 ** 30)).toThrow(/ENOENT/)
  })
})
