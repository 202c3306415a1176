import type { EpochRecord } from './fit'

const [WIDTH, HEIGHT, MARGIN] = [640, 360, 48]

/**
 * A learning curve as a picture: loss and validation score over the epochs, each on an axis of its own, the best epoch marked.
 *
 * returns  an SVG document
 */
export function curveSvg(title: string, curve: readonly EpochRecord[]): string {
  const lines = [
    { name: 'loss', colour: '#b3541e', values: curve.map(({ loss }) => loss), x: MARGIN },
    { name: 'validation', colour: '#1e6bb3', values: curve.map(({ validation }) => validation.score), x: WIDTH - MARGIN },
  ]
  const best = curve.findLastIndex(({ isBest }) => isBest)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${WIDTH / 2}" y="20" text-anchor="middle">${escaped(title)}</text>`,
    `<text x="${WIDTH / 2}" y="${HEIGHT - 12}" text-anchor="middle">epoch 1 to ${curve.length}, the best is ${curve[best]?.epoch ?? 'none'}</text>`,
    `<line x1="${across(best, curve.length)}" x2="${across(best, curve.length)}" y1="${MARGIN}" y2="${HEIGHT - MARGIN}" stroke="#ccc"/>`,
    ...lines.flatMap(drawLine),
    '</svg>',
    '',
  ].join('\n')
}

interface Line {
  readonly name: string
  readonly colour: string
  readonly values: readonly number[]
  /** Where its axis stands. */
  readonly x: number
}

function drawLine({ name, colour, values, x }: Line): string[] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const y = (value: number): number => HEIGHT - MARGIN - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * MARGIN)
  const points = values.map((value, i) => `${across(i, values.length)},${y(value).toFixed(1)}`)
  const label = (text: string, at: number): string => `<text x="${x}" y="${at}" text-anchor="middle" fill="${colour}">${text}</text>`
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.join(' ')}"/>`,
    label(name, MARGIN - 18),
    label(high.toPrecision(4), MARGIN - 4),
    label(low.toPrecision(4), HEIGHT - MARGIN + 14),
  ]
}

const across = (i: number, of: number): string => (MARGIN + (i / Math.max(1, of - 1)) * (WIDTH - 2 * MARGIN)).toFixed(1)
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
