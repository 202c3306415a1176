import { logCurveSvg } from './curve'

const names = { title: 'ids', xName: 'ids', yName: 'ms' }

describe('a curve', () => {
  it('stretches from edge to edge, equal factors by equal distances', () => {
    const svg = logCurveSvg(names, [
      { x: 10, y: 1 },
      { x: 100, y: 2 },
      { x: 1000, y: 4 },
    ])
    expect(svg).toContain('points="56.0,304.0 320.0,180.0 584.0,56.0"')
    expect(svg).toMatch(/^<svg .*<\/svg>\n$/s)
  })

  it('shows a single point, and large numbers by their powers', () => {
    expect(logCurveSvg(names, [{ x: 1e8, y: 5 }])).toContain('>1·10^8<')
  })
})
