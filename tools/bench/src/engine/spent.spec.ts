import { spentBy } from './spent'

describe('what is spent', () => {
  it('is counted in seconds and in those of the processor, of this process or of any', async () => {
    const burn = async (): Promise<undefined> => {
      for (const from = performance.now(); performance.now() - from < 120;);
    }
    const { seconds, cpuSeconds } = await spentBy(process.pid, burn)
    expect(seconds).toBeGreaterThanOrEqual(0.12)
    expect(cpuSeconds).toBeGreaterThan(0)
  })

  it('takes seconds that the work has measured itself', async () => {
    expect((await spentBy(process.pid, async () => 7)).seconds).toBe(7)
  })
})
