import {
  attention,
  causalPositions,
  centralDifference,
  differentiate,
  input,
  inputName,
  interpret,
  multiply,
  normaliseRms,
  reduceSum,
  swiGlu,
  type Node,
} from './index'

const [positions, width] = [3, 4]
const x = input('x', ['B', positions, width])
const queries = input('queries', [width, width])
const keys = input('keys', [width, width])
const values = input('values', [width, width])
const output = input('output', [width, width])
const gate = input('gate', [width, 5])
const up = input('up', [width, 5])
const down = input('down', [5, width])
const inputs = [x, queries, keys, values, output, gate, up, down]
const feeds = Object.fromEntries(
  inputs.map((node, salt) => {
    const shape = node.shape.map((length) => (length === 'B' ? 2 : Number(length)))
    const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i + salt))
    return [inputName(node), { data, shape }]
  }),
)
const weights = { queries, keys, values, output }
const places = causalPositions(positions, 2)
const valueOf = (node: Node, at = feeds): Float64Array => interpret({ name: 'value', inputs, outputs: { node } }, at).node.data

describe('attention', () => {
  it('is what the paper says of each head, over what came before: softmax(QKᵀ / √d)·V', () => {
    const expected = [0, 1].flatMap((example) => attendedByHand(example))
    valueOf(attention(x, weights, places)).forEach((value, cell) => expect(value).toBeCloseTo(expected[cell], 9))
  })

  it('hears nothing of what comes later', () => {
    const later = { ...feeds, x: { ...feeds.x, data: feeds.x.data.map((value, cell) => (cell === 2 * width ? 9 : value)) } }
    const [before, after] = [valueOf(attention(x, weights, places)), valueOf(attention(x, weights, places), later)]
    expect([...after.slice(0, 2 * width)]).toEqual([...before.slice(0, 2 * width)])
    expect([...after.slice(2 * width, 3 * width)]).not.toEqual([...before.slice(2 * width, 3 * width)])
  })
})

describe('normaliseRms', () => {
  it('gives rows a mean square of 1, and leaves a row of zeros at 0', () => {
    const rows = { ...feeds, x: { ...feeds.x, data: feeds.x.data.map((value, cell) => (cell < width ? 0 : 7 * value)) } }
    const normal = valueOf(normaliseRms(x), rows)
    expect([...normal.slice(0, width)]).toEqual([0, 0, 0, 0])
    for (let row = 1; row < 6; row++) {
      const cells = [...normal.slice(row * width, (row + 1) * width)]
      expect(cells.reduce((sum, cell) => sum + cell * cell, 0) / width).toBeCloseTo(1, 5)
    }
  })
})

it.each<[string, Node]>([
  ['attention', attention(x, weights, places)],
  ['normaliseRms', normaliseRms(x)],
  ['swiGlu', swiGlu(x, { gate, up, down })],
  ['swiGlu behind a norm', swiGlu(normaliseRms(x), { gate, up, down })],
])('the gradient of %s equals the central difference', (_, node) => {
  const loss = reduceSum(multiply(node, x))
  for (const wanted of inputs) {
    const actual = valueOf(differentiate(loss, [wanted])[0])
    const expected = centralDifference({ name: 'loss', inputs, outputs: { loss } }, feeds, { of: 'loss', by: inputName(wanted) })
    actual.forEach((value, cell) => expect(value).toBeCloseTo(expected[cell], 5))
  }
})

/** Two heads of two, pair by pair, from the definition. */
function attendedByHand(example: number): number[] {
  const row = (p: number): number[] => [...feeds.x.data.slice((example * positions + p) * width, (example * positions + p + 1) * width)]
  const times = (left: readonly number[], name: string, [from, to]: [number, number]): number[] =>
    Array.from({ length: to - from }, (_, j) =>
      left.reduce((sum, v, i) => sum + v * feeds[name].data[i * feeds[name].shape[1] + from + j], 0),
    )
  const turned = ([a, b]: number[], p: number): number[] => [a * Math.cos(p) - b * Math.sin(p), b * Math.cos(p) + a * Math.sin(p)]
  return Array.from({ length: positions }, (_, p) => {
    const heads = [0, 1].flatMap((head) => {
      const cut: [number, number] = [2 * head, 2 * head + 2]
      const query = turned(times(row(p), 'queries', cut), p)
      const seen = Array.from({ length: p + 1 }, (__, q) => q)
      const logits = seen.map((q) => {
        const key = turned(times(row(q), 'keys', cut), q)
        return (query[0] * key[0] + query[1] * key[1]) / Math.SQRT2
      })
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0)
      return [0, 1].map((j) => seen.reduce((sum, q) => sum + (Math.exp(logits[q]) / total) * times(row(q), 'values', cut)[j], 0))
    })
    return times(heads, 'output', [0, width])
  }).flat()
}
