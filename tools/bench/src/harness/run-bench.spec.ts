import fs from 'node:fs'
import { above, atLeast, atMost, exactly, type Goal, type Measured, type Report } from './report'
import { runBench, type Bench, type BenchScope } from './run-bench'

/** Runs a bench against a terminal of its own. */
async function run(bench: Bench, ...args: string[]) {
  const spoken = { out: '', error: '' }
  const terminal = { args, out: (text: string) => void (spoken.out += text), error: (text: string) => void (spoken.error += text) }
  const code = await runBench('sample', bench, { terminal, knows: ['seeds'] })
  return { code, ...spoken, report: (): Report => JSON.parse(spoken.out) }
}

const figure =
  (measured: Measured): Bench =>
  async () => ({ figure: measured })

describe('runBench', () => {
  it('prints one JSON document on stdout and its words on stderr', async () => {
    const { code, error, report } = await run(async ({ say }) => {
      say('half way')
      return { auc: { value: 0.76, unit: 'auc', goal: above(0.75) } }
    })
    expect(code).toBe(0)
    expect(error).toBe('half way\n')
    expect(report()).toEqual({
      bench: 'sample',
      machine: {
        processor: expect.any(String),
        cores: expect.any(Number),
        memoryGiB: expect.any(Number),
        platform: expect.any(String),
        node: process.version,
      },
      figures: { auc: { value: 0.76, unit: 'auc', goal: '> 0.75', ok: true } },
    })
  })

  it('ends well even where a figure misses its goal: judging is the reader’s', async () => {
    const { code, report } = await run(figure({ value: 300, unit: 'ms', goal: atMost(240) }))
    expect(code).toBe(0)
    expect(report().figures.figure.ok).toBe(false)
  })

  it('leaves a reduced run unjudged, unless the figure says that it can be', async () => {
    const speed = await run(figure({ value: 300, unit: 'ms', goal: atMost(240) }), '--quick')
    expect(speed.report().figures.figure).toEqual({ value: 300, unit: 'ms', goal: '≤ 240', ok: null })
    const digest = await run(figure({ value: 0, unit: 'equal', goal: exactly(1), isJudgedQuick: true }), '--quick')
    expect(digest.report().figures.figure.ok).toBe(false)
  })

  it('gives null for a peer that is absent, and judges nothing that has no goal', async () => {
    const absent = await run(figure({ value: null, unit: 'ratio', goal: atLeast(1.5) }))
    expect(absent.report().figures.figure).toEqual({ value: null, unit: 'ratio', goal: '≥ 1.5', ok: null })
    const printed = await run(figure({ value: 5, unit: 'ms' }))
    expect(printed.report().figures.figure).toEqual({ value: 5, unit: 'ms', goal: null, ok: null })
  })

  it('tells the bench that it is a reduced run, and gives it a folder that goes when it ends', async () => {
    let seen: BenchScope | undefined
    await run(async (scope) => {
      seen = scope
      expect(fs.existsSync(scope.directory)).toBe(true)
      return {}
    }, '--quick')
    expect(seen?.isQuick).toBe(true)
    expect(fs.existsSync(seen?.directory ?? '')).toBe(false)
  })

  it('hands over the options that the bench knows', async () => {
    const seen: BenchScope['options'][] = []
    const look: Bench = async ({ options, isQuick }) => ({ figure: { value: seen.push(options), unit: isQuick ? 'quick' : 'full' } })
    expect((await run(look, '--seeds', '1..4', '--quick')).report().figures.figure.unit).toBe('quick')
    expect((await run(look, '--seeds')).error).toContain("argument is '--seeds'")
    expect(seen).toEqual([{ seeds: '1..4' }])
  })

  it('exits with 1 and no document where the bench fails to run, or is asked for what it does not know', async () => {
    const failed = await run(() => Promise.reject(new Error('no data')))
    expect(failed).toMatchObject({ code: 1, out: '', error: expect.stringContaining('bench sample failed to run: Error: no data') })
    const unknown = await run(figure({ value: 1, unit: 'ms' }), '--fast')
    expect(unknown).toMatchObject({
      code: 1,
      error: expect.stringContaining("argument is '--fast', but this bench knows --quick, --seeds VALUE"),
    })
  })
})

describe('goals', () => {
  it.each<[Goal, number, number]>([
    [above(1), 1.1, 1],
    [atMost(1), 1, 1.1],
    [atLeast(1), 1, 0.9],
    [exactly(1), 1, 0],
  ])('%j holds on one side of its bound only', (goal, inside, outside) => {
    expect([goal.holds(inside), goal.holds(outside)]).toEqual([true, false])
  })
})
