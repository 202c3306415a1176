import { count } from '../terminal'
import type { LayerDescription, ModelDescription } from './describe-model'

/** A box with a heading and lines below it. */
interface Box {
  readonly heading: string
  readonly lines: readonly string[]
  readonly colour: string
  /** The model that it belongs to; absent where all read it. */
  readonly model?: string
}

const [LINE, PAD, BOX_WIDTH, GAP_X, GAP_Y, TOP] = [16, 10, 260, 70, 18, 56]

/**
 * A model set as a picture, from left to right: what an example holds, what is kept of each id, what is computed with it, what comes out.
 *
 * returns  an SVG document
 */
export function modelSvg(model: ModelDescription): string {
  const columns = [inputBoxes(model), tableBoxes(model), layerBoxes(model), outputBoxes(model)]
  const placed = columns.map((boxes, column) => place(boxes, PAD + column * (BOX_WIDTH + GAP_X)))
  const width = 2 * PAD + columns.length * BOX_WIDTH + (columns.length - 1) * GAP_X
  const height = Math.max(...placed.flat().map(({ y, box }) => y + heightOf(box))) + PAD
  const { dictionary, models } = model
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${PAD}" y="28" font-size="16">${escaped(`${dictionary.name}: ${models.rank} ranks, ${models.recall} recalls`)}</text>`,
    ...placed.slice(1).flatMap((column, i) => arrows(placed[i], column)),
    ...placed.flat().flatMap(drawBox),
    '</svg>',
    '',
  ].join('\n')
}

const inputBoxes = ({ schema }: ModelDescription): Box[] =>
  schema.map(({ part, ids, numbers, features }) => ({
    heading: `${part}: ${ids} ids, ${numbers} numbers`,
    lines: features.map(({ name, kind, slots, numbers: own }) => `${name} (${kind})${amounts(slots?.count ?? 0, own.length)}`),
    colour: '#e7f0f9',
  }))

const amounts = (ids: number, numbers: number): string => {
  const said = [
    ...(ids > 0 ? [`${ids} id${ids > 1 ? 's' : ''}`] : []),
    ...(numbers > 0 ? [`${numbers} number${numbers > 1 ? 's' : ''}`] : []),
  ]
  return said.length > 0 ? `: ${said.join(', ')}` : ''
}

const tableBoxes = ({ tables, live }: ModelDescription): Box[] =>
  tables.map(({ name, width, segments }) => ({
    heading: `${name}: ${live === undefined ? '' : `${count(live.rows)} × `}${width} floats`,
    lines: segments.map((segment) => `${segment.name}: ${segment.width}`),
    colour: '#fbeee0',
  }))

const layerBoxes = ({ layers }: ModelDescription): Box[] =>
  layers.map(({ name, parameters, count: whole }) => ({
    heading: `${name}: ${count(whole)}`,
    lines: parameters.map((parameter) => `${parameter.name}  ${parameter.shape.join(' × ')}`),
    colour: '#e9f5ea',
    model: name.split('/')[0],
  }))

/** What the layers of one model give together. */
function outputBoxes({ layers, models }: ModelDescription): Box[] {
  const named = (prefix: string): readonly LayerDescription[] => layers.filter(({ name }) => name.startsWith(prefix))
  const ranked = named('rank/').map(({ name }) => name)
  const recalled = named('recall/').map(({ name }) => name)
  return [
    { heading: 'score', lines: [`P(positive), by ${models.rank}`, ...ranked], colour: '#f3eafa', model: 'rank' },
    { heading: 'candidates', lines: [`vectors, by ${models.recall}`, ...recalled], colour: '#f3eafa', model: 'recall' },
  ]
}

interface Placed {
  readonly box: Box
  readonly x: number
  readonly y: number
}

const heightOf = ({ lines }: Box): number => 2 * PAD + (lines.length + 1) * LINE

function place(boxes: readonly Box[], x: number): Placed[] {
  let y = TOP
  return boxes.map((box) => {
    const placed = { box, x, y }
    y += heightOf(box) + GAP_Y
    return placed
  })
}

/** One thin line from each box of a column to each of the next that goes on with it. */
const arrows = (from: readonly Placed[], to: readonly Placed[]): string[] =>
  from.flatMap((start) =>
    to.filter(goesOn(start)).map((end) => {
      const [y1, y2] = [start, end].map(({ y, box }) => y + heightOf(box) / 2)
      return `<line x1="${start.x + BOX_WIDTH}" y1="${y1}" x2="${end.x}" y2="${y2}" stroke="#ccc"/>`
    }),
  )

const goesOn =
  (start: Placed) =>
  (end: Placed): boolean =>
    start.box.model === undefined || start.box.model === end.box.model

const drawBox = ({ box, x, y }: Placed): string[] => [
  `<rect x="${x}" y="${y}" width="${BOX_WIDTH}" height="${heightOf(box)}" rx="4" fill="${box.colour}" stroke="#999"/>`,
  `<text x="${x + PAD}" y="${y + PAD + 11}" font-weight="bold">${escaped(box.heading)}</text>`,
  ...box.lines.map((line, i) => `<text x="${x + PAD}" y="${y + PAD + 11 + (i + 1) * LINE}">${escaped(clipped(line))}</text>`),
]

const clipped = (text: string): string => (text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX - 1)}…` : text)
const CHARACTERS_MAX = 40
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
