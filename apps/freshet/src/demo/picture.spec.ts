import { createFreshnessProbe } from './freshness'
import { curve, demoPicture, type DemoFrame } from './picture'
import { createRollingMean } from './rolling-mean'

const frame: DemoFrame = {
  seconds: 65,
  sessions: 1300,
  events: 2500,
  ctr: { freshet: 0.2, popularity: 0.1, random: 0.03, oracle: 0.4 },
  history: { freshet: [0.05, 0.2], popularity: [0.1, 0.1], random: [0.03, 0.03], oracle: [0.4, 0.4] },
  trainer: { step: 1234, examples: 56_789, auc: 0.8126 },
  freshnessMs: { p50: 180.4, p99: 420 },
  trouble: '',
}

describe('the picture', () => {
  it('says what is simulated, who gets how many clicks, and what the trainer does', () => {
    expect(demoPicture(frame)).toBe(
      [
        'SIMULATED shop, 65 s: 1,300 sessions, 2,500 events',
        '  CTR, last minute      of oracle   since the start; each list judged by the same hidden tastes at the same moment',
        '  Freshet      20.0 %      50 %   ▂▅',
        '  popularity   10.0 %      25 %   ▃▃',
        '  random        3.0 %       8 %   ▂▂',
        '  oracle       40.0 %     100 %   ██',
        '  trainer: step 1,234, 56,789 examples, AUC within the lists shown 0.813; an answer knows a click after 180 ms (p50), 420 ms (p99)',
        '',
      ].join('\n'),
    )
  })

  it('leaves open what is not known yet, and says what is wrong', () => {
    const early: DemoFrame = {
      ...frame,
      ctr: {},
      history: { freshet: [], popularity: [], random: [], oracle: [] },
      trainer: undefined,
      trouble: 'nothing answers',
    }
    const text = demoPicture(early)
    expect(text).toMatch(/Freshet +–/)
    expect(text).toMatch(/trainer: does not answer yet/)
    expect(text).toMatch(/nothing answers/)
    expect(demoPicture({ ...frame, trainer: { step: 1, examples: 2, auc: 0 } })).toContain('AUC within the lists shown –;')
  })
})

describe('a curve', () => {
  it('runs from the lowest bar to the highest, and holds what is off the scale', () => {
    expect(curve([0, 0.5, 1, 2, -1], 1)).toBe('▁▅██▁')
    expect(curve([0, 0], 0)).toBe('▁▁')
    expect(curve([], 1)).toBe('')
  })

  it('shows the newest that fit', () => {
    expect(curve([...new Array<number>(60).fill(0), 1], 1)).toBe(`${'▁'.repeat(39)}█`)
  })
})

describe('a rolling mean', () => {
  it('is over the last minute, by the second', () => {
    const rolling = createRollingMean(60_000)
    expect(rolling.read(0)).toBeUndefined()
    rolling.add(1, 0)
    rolling.add(3, 500)
    rolling.add(8, 30_000)
    expect(rolling.read(30_000)).toBe(4)
    expect(rolling.read(60_000)).toBe(8)
    expect(rolling.read(90_000)).toBeUndefined()
  })
})

describe('freshness', () => {
  it('runs from the acknowledgement to the first answer that contains the event', () => {
    const probe = createFreshnessProbe(100)
    probe.acknowledged(0, 10, 1000)
    probe.acknowledged(1, 5, 1000)
    probe.acknowledged(0, 11, 1100)
    expect(probe.quantile(0.5)).toBeUndefined()
    probe.answered([10, 4], 1200)
    probe.answered([11, 5], 1500)
    expect([0, 0.5, 1].map((q) => probe.quantile(q))).toEqual([200, 400, 500])
  })

  it('waits for ten thousand events of a partition at most, while a trainer stands still', () => {
    const probe = createFreshnessProbe(20_000)
    for (let offset = 0; offset < 10_005; offset++) probe.acknowledged(0, offset, offset)
    probe.acknowledged(1, 0, 0)
    probe.answered([20_000, 20_000], 30_000)
    expect(probe.quantile(0)).toBe(30_000 - 9999) // the last one that it waits for
    expect(probe.quantile(1)).toBe(30_000)
  })

  it('knows the last so many only, and takes a partition that an answer leaves out for not learned', () => {
    const probe = createFreshnessProbe(2)
    for (let i = 0; i < 5; i++) probe.acknowledged(0, i, 0)
    probe.acknowledged(3, 0, 0)
    for (let i = 0; i < 5; i++) probe.answered([i], 10 * (i + 1))
    expect([0, 1].map((q) => probe.quantile(q))).toEqual([40, 50])
  })
})
