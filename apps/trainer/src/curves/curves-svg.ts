import type { CurvePoint } from './learning-curve'

const [WIDTH, PANEL, GAP, LEFT, RIGHT, TOP] = [720, 120, 44, 64, 24, 44]

/** One panel: a figure over the steps. */
interface Panel {
  readonly name: string
  readonly colour: string
  readonly of: (point: CurvePoint) => number
}

const PANELS: readonly Panel[] = [
  { name: 'AUC, progressive', colour: '#1e6bb3', of: ({ auc }) => auc },
  { name: 'log loss, progressive', colour: '#2b8a3e', of: ({ logLoss }) => logLoss },
  { name: 'rank loss', colour: '#b3541e', of: ({ rankLoss }) => rankLoss },
  { name: 'recall loss', colour: '#7048a8', of: ({ recallLoss }) => recallLoss },
]

/**
 * Learning as a picture: a panel a figure, each on an axis of its own, over the same steps.
 *
 * returns  an SVG document; one that says so where there is nothing to draw yet
 */
export function curvesSvg(title: string, points: readonly CurvePoint[]): string {
  const height = TOP + PANELS.length * (PANEL + GAP)
  const last = points.at(-1)
  const heading =
    last === undefined ? `${title}: nothing learned yet` : `${title}: ${grouped(last.examples)} examples in ${grouped(last.step)} steps`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="${WIDTH / 2}" y="20" text-anchor="middle" font-size="14">${escaped(heading)}</text>`,
    ...PANELS.flatMap((panel, i) => drawPanel(panel, points, TOP + i * (PANEL + GAP))),
    '</svg>',
    '',
  ].join('\n')
}

function drawPanel({ name, colour, of }: Panel, points: readonly CurvePoint[], top: number): string[] {
  const drawn = points.filter((point) => Number.isFinite(of(point)))
  const values = drawn.map(of)
  const [low, high] = [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)]
  const [first, last] = [points[0]?.step ?? 0, points.at(-1)?.step ?? 0]
  const x = (step: number): string => (LEFT + ((step - first) / (last - first || 1)) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const y = (value: number): string => (top + PANEL - ((value - low) / (high - low || 1)) * PANEL).toFixed(1)
  const newest = values.at(-1)
  return [
    `<rect x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="${PANEL}" fill="none" stroke="#ddd"/>`,
    `<text x="${LEFT}" y="${top - 6}" fill="${colour}">${name}${newest === undefined ? ': nothing to say yet' : `: ${spell(newest)}`}</text>`,
    ...(newest === undefined ? [] : axisText({ top, low, high })),
    ...(last > first ? [stepText(first, top, 'start'), stepText(last, top, 'end')] : []),
    `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${drawn.map((point) => `${x(point.step)},${y(of(point))}`).join(' ')}"/>`,
  ]
}

const axisText = ({ top, low, high }: { top: number; low: number; high: number }): string[] => [
  `<text x="${LEFT - 6}" y="${top + 10}" text-anchor="end" fill="#666">${spell(high)}</text>`,
  `<text x="${LEFT - 6}" y="${top + PANEL}" text-anchor="end" fill="#666">${spell(low)}</text>`,
]

const stepText = (step: number, top: number, anchor: 'start' | 'end'): string =>
  `<text x="${anchor === 'start' ? LEFT : WIDTH - RIGHT}" y="${top + PANEL + 14}" text-anchor="${anchor}" fill="#666">step ${grouped(step)}</text>`

const spell = (value: number): string => value.toPrecision(4)
const grouped = (value: number): string => value.toLocaleString('en-US')
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
