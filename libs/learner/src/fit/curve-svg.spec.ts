import { curveSvg } from './curve-svg'
import type { EpochRecord } from './fit'

const record = (epoch: number, loss: number, score: number, isBest: boolean): EpochRecord => ({
  ...{ epoch, loss, isBest, steps: 10 * epoch, examples: 100, learningRate: 0.1 },
  validation: { score, figures: {} },
})

describe('curveSvg', () => {
  const svg = curveSvg('Wide & Deep <frappe>', [record(1, 0.6, 0.7, true), record(2, 0.4, 0.9, true), record(3, 0.3, 0.8, false)])

  it('draws loss and validation, each from its lowest to its highest value', () => {
    const points = [...svg.matchAll(/points="([^"]*)"/g)].map(([, list]) => list)
    expect(points).toEqual(['48.0,48.0 320.0,224.0 592.0,312.0', '48.0,312.0 320.0,48.0 592.0,180.0'])
  })

  it('marks the best epoch, and says the bounds', () => {
    expect(svg).toContain('the best is 2')
    expect(svg).toContain('x1="320.0"')
    for (const bound of ['0.6000', '0.3000', '0.9000', '0.7000']) expect(svg).toContain(`>${bound}<`)
  })

  it('is well-formed whatever its title says', () => {
    expect(svg).toContain('Wide &amp; Deep &lt;frappe>')
  })

  it('draws one epoch, and a level line, without dividing by nothing', () => {
    expect(curveSvg('one', [record(1, 0.5, 0.5, true)])).not.toContain('NaN')
  })
})
