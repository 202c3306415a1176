import { spawnSync } from 'node:child_process'
import { type CpuTicks, readTicks, shareOfOthers, watchOthers } from './others-cpu'

const START: CpuTicks = { total: 1000, worked: 400, ours: 100 }

describe('the share of others', () => {
  it('is what was worked and not by us, of all the time that there was', () => {
    expect(shareOfOthers(START, { total: 1400, worked: 600, ours: 200 })).toBe(0.25)
    expect(shareOfOthers(START, { total: 1400, worked: 500, ours: 200 })).toBe(0)
  })

  it('stays between nothing and all, though the counts are read one after the other', () => {
    expect(shareOfOthers(START, { total: 1100, worked: 410, ours: 130 })).toBe(0)
    expect(shareOfOthers(START, { total: 1100, worked: 520, ours: 100 })).toBe(1)
    expect(shareOfOthers(START, START)).toBe(0)
  })

  it('is of the time since the watch began, each time that it is asked for', () => {
    const readings = [START, { total: 1100, worked: 500, ours: 100 }, { total: 1200, worked: 500, ours: 100 }]
    const share = watchOthers(() => readings.shift())
    expect([share(), share()]).toEqual([1, 0.5])
  })

  it('is not told where the system does not count', () => {
    expect(watchOthers(() => undefined)()).toBeNull()
  })

  it('counts as ours what a child has worked, also when it has ended', () => {
    const burn = 'const from = process.cpuUsage().user; while (process.cpuUsage().user - from < 300_000);'
    const before = readTicks()
    const used = process.cpuUsage()
    spawnSync(process.execPath, ['-e', burn])
    const { user, system } = process.cpuUsage(used)
    const after = readTicks()
    expect((user + system) / 1e6).toBeLessThan(0.3) // it is none of this process's own
    expect((after?.ours ?? 0) - (before?.ours ?? 0)).toBeGreaterThanOrEqual(28) // hundredths of a second
    expect((after?.worked ?? 0) - (before?.worked ?? 0)).toBeGreaterThanOrEqual(28)
  })
})
