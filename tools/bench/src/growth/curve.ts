/** One point of a curve. */
export interface CurvePoint {
  readonly x: number
  readonly y: number
}

const [WIDTH, HEIGHT, MARGIN] = [640, 360, 56]

/**
 * A measured curve as a picture, both axes by logarithm, each point with its numbers.
 *
 * returns  an SVG document
 */
export function logCurveSvg(
  { title, xName, yName }: { title: string; xName: string; yName: string },
  points: readonly CurvePoint[],
): string {
  const x = scaleOf(
    points.map((point) => point.x),
    { from: MARGIN, to: WIDTH - MARGIN },
  )
  const y = scaleOf(
    points.map((point) => point.y),
    { from: HEIGHT - MARGIN, to: MARGIN },
  )
  const places = points.map((point) => `${x(point.x)},${y(point.y)}`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${WIDTH / 2}" y="20" text-anchor="middle" font-size="13">${title}</text>`,
    `<text x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">${xName}</text>`,
    `<text x="14" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 ${HEIGHT / 2})">${yName}</text>`,
    `<polyline fill="none" stroke="#1e6bb3" stroke-width="2" points="${places.join(' ')}"/>`,
    ...points.flatMap((point) => [
      `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3" fill="#1e6bb3"/>`,
      `<text x="${x(point.x)}" y="${Number(y(point.y)) - 8}" text-anchor="middle">${short(point.y)}</text>`,
      `<text x="${x(point.x)}" y="${HEIGHT - MARGIN + 18}" text-anchor="middle" fill="#555">${short(point.x)}</text>`,
    ]),
    '</svg>',
    '',
  ].join('\n')
}

/** Where a value stands between two ends, by its logarithm. */
function scaleOf(values: readonly number[], { from, to }: { from: number; to: number }): (value: number) => string {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))]
  return (value) => (from + ((Math.log(value) - low) / (high - low || 1)) * (to - from)).toFixed(1)
}

const short = (value: number): string =>
  value >= 1e5 ? value.toExponential(0).replace('e+', '·10^') : Number(value.toPrecision(3)).toString()
