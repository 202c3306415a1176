import { StageClock } from './stage-clock'

const all = (clock: StageClock) => clock.read(0, Infinity)

describe('a stage clock', () => {
  it('takes each stage from the one before, and the whole way from the acknowledgement', () => {
    const clock = new StageClock(1)
    clock.watch(0, 7, 100)
    clock.advance('fold', 0, { offset: 7, atMs: 105 })
    clock.advance('example', 0, { offset: 7, atMs: 106 })
    clock.advance('learn', 0, { offset: 7, atMs: 150 })
    clock.advance('answer', 0, { offset: 7, atMs: 160 })
    expect(all(clock)).toEqual({ endToEndMs: [60], byStageMs: { fold: [5], example: [1], learn: [44], answer: [10] }, unseen: 0 })
  })

  it('lets a later offset carry all before it, and its own partition alone', () => {
    const clock = new StageClock(2)
    clock.watch(0, 1, 0)
    clock.watch(0, 2, 10)
    clock.watch(1, 1, 0)
    for (const stage of ['fold', 'example', 'learn', 'answer'] as const) clock.advance(stage, 0, { offset: 5, atMs: 30 })
    expect(all(clock)).toMatchObject({ endToEndMs: [30, 20], unseen: 1 })
    expect([clock.through, clock.open]).toEqual([2, 1])
  })

  it('counts the first time that a stage contains an event, not the last', () => {
    const clock = new StageClock(1)
    clock.watch(0, 1, 0)
    for (const atMs of [10, 20])
      for (const stage of ['fold', 'example', 'learn', 'answer'] as const) clock.advance(stage, 0, { offset: 1, atMs })
    expect(all(clock).endToEndMs).toEqual([10])
  })

  it('takes no time for what a stage contained before the acknowledgement arrived', () => {
    const clock = new StageClock(1)
    clock.advance('fold', 0, { offset: 4, atMs: 90 })
    clock.watch(0, 3, 100)
    for (const stage of ['example', 'learn', 'answer'] as const) clock.advance(stage, 0, { offset: 4, atMs: 120 })
    expect(all(clock)).toMatchObject({ endToEndMs: [20], byStageMs: { fold: [0], example: [20], learn: [0] } })
  })

  it('never counts a stage that was seen late twice: the next one begins when the latest before it was seen', () => {
    const clock = new StageClock(1)
    clock.watch(0, 1, 0)
    clock.advance('example', 0, { offset: 1, atMs: 30 })
    clock.advance('fold', 0, { offset: 1, atMs: 40 })
    clock.advance('learn', 0, { offset: 1, atMs: 50 })
    clock.advance('answer', 0, { offset: 1, atMs: 60 })
    const { byStageMs, endToEndMs } = all(clock)
    expect(byStageMs).toEqual({ fold: [40], example: [0], learn: [10], answer: [10] })
    expect(endToEndMs).toEqual([60])
  })

  it('judges only what was acknowledged within the measured time', () => {
    const clock = new StageClock(1)
    for (const [offset, acknowledgedMs] of [
      [1, 5],
      [2, 15],
      [3, 25],
    ] as const)
      clock.watch(0, offset, acknowledgedMs)
    for (const stage of ['fold', 'example', 'learn', 'answer'] as const) clock.advance(stage, 0, { offset: 3, atMs: 30 })
    expect(clock.read(10, 20).endToEndMs).toEqual([15])
  })
})
