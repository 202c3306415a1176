import { LearningCurve, type CurvePoint } from './learning-curve'

const at = (step: number, auc = 0.5): CurvePoint => ({ step, examples: 10 * step, rankLoss: 1 / step, recallLoss: 2, auc, logLoss: NaN })
const steps = (curve: LearningCurve): number[] => curve.points.map(({ step }) => step)

describe('a learning curve', () => {
  it('takes points in the order of steps, a step once, and none before the first', () => {
    const curve = new LearningCurve()
    expect([0, 1, 1, 2].map((step) => curve.observe(at(step)))).toEqual([false, true, false, true])
    expect(steps(curve)).toEqual([1, 2])
  })

  it('keeps no more than can be drawn, evenly, with its first and its last', () => {
    const curve = new LearningCurve([], 16)
    for (let step = 1; step <= 1000; step++) curve.observe(at(step))
    expect(curve.points.length).toBeLessThanOrEqual(16)
    expect(curve.points.length).toBeGreaterThanOrEqual(8)
    expect(steps(curve)[0]).toBe(1)
    expect(steps(curve).at(-1)).toBeGreaterThan(930)
    const gaps = steps(curve).map((step, i) => step - (steps(curve)[i - 1] ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual((3 * 1000) / 16)
  })

  it('forgets what came after a version that training went back to', () => {
    const curve = new LearningCurve([at(1), at(2), at(3), at(4)])
    expect(curve.observe(at(3, 0.9))).toBe(true)
    expect(curve.points.map(({ step, auc }) => [step, auc])).toEqual([
      [1, 0.5],
      [2, 0.5],
      [3, 0.9],
    ])
  })

  it('comes back from its table as it was, figures that say nothing included', () => {
    const curve = new LearningCurve([at(1), at(2, NaN)])
    expect(curve.csv()).toBe('step,examples,rankLoss,recallLoss,auc,logLoss\n1,10,1,2,0.5,\n2,20,0.5,2,,\n')
    expect(LearningCurve.parse(curve.csv()).points).toEqual(curve.points)
  })

  it('begins anew where there is no table, and passes over lines that are no points', () => {
    expect(LearningCurve.parse('').points).toEqual([])
    expect(steps(LearningCurve.parse('step,examples\nx,1\n7,70,1,1,1,1\n8\n'))).toEqual([7])
  })

  it('takes nothing of a status but what it draws', () => {
    const curve = new LearningCurve()
    curve.observe({ ...at(1), chain: 'c0ffee' } as CurvePoint)
    expect(curve.points).toEqual([at(1)])
  })
})
