import { curvesSvg } from './curves-svg'
import type { CurvePoint } from './learning-curve'

const at = (step: number, auc: number): CurvePoint => ({
  step,
  examples: 1000 * step,
  rankLoss: 0.5,
  recallLoss: 3 - step,
  auc,
  logLoss: NaN,
})
const lines = (svg: string): string[] => [...svg.matchAll(/points="([^"]*)"/g)].map(([, points]) => points)

describe('the picture of learning', () => {
  const svg = curvesSvg('a <shop>', [at(1, 0.5), at(2, NaN), at(3, 0.75)])

  it('says whose it is, and how far it has come', () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 720 700"/)
    expect(svg).toContain('a &lt;shop>: 3,000 examples in 3 steps')
    expect(svg).toMatch(/<\/svg>\n$/)
  })

  it('draws each figure over the same steps, on an axis of its own, and leaves out what says nothing', () => {
    const [auc, logLoss, rank, recall] = lines(svg)
    expect(auc).toBe('64.0,164.0 696.0,44.0')
    expect(logLoss).toBe('')
    expect(rank.split(' ').map((point) => point.split(',')[1])).toEqual(['492.0', '492.0', '492.0'])
    expect(recall).toBe('64.0,536.0 380.0,596.0 696.0,656.0')
  })

  it('names each figure with its newest value and its range', () => {
    expect(svg).toContain('AUC, progressive: 0.7500<')
    expect(svg).toContain('log loss, progressive: nothing to say yet<')
    expect(svg).toMatch(/y="54" text-anchor="end" fill="#666">0.7500<[\s\S]*y="164" text-anchor="end" fill="#666">0.5000</)
    expect(svg.match(/step 3</g)).toHaveLength(4)
  })

  it('is a picture also of one point, and of none', () => {
    expect(lines(curvesSvg('s', [at(5, 0.5)]))[0]).toBe('64.0,164.0')
    expect(curvesSvg('s', [])).toContain('s: nothing learned yet')
    expect(curvesSvg('s', [at(5, 0.5)])).not.toContain('NaN')
  })
})
