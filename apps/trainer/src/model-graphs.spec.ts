import { builtInDictionaries, builtInDictionary, compileDictionary } from '@freshet/features'
import { declareModelSet, type ModelSet } from '@freshet/model'
import { compileOnnx, graphHash } from '@freshet/onnx'
import { inputName, interpretGraph, type Feed, type GraphSpec } from '@freshet/tensor'

const modelSetOf = (name: string): ModelSet => {
  const { layout, declared } = compileDictionary(texts.get(name) ?? builtInDictionary(name))
  return declareModelSet(layout, declared.model)
}

/** One dictionary with each of the other kinds, and towers of their own. */
const texts = new Map(
  Object.entries({
    'demo as deepfm': '{ kind: deepfm, dimensions: 8, hidden: [16] }',
    'demo with dropout': '{ dimensions: 8, hidden: [16, 8], dropout: 0.3 }',
    'demo as dcn-v2': '{ kind: dcn-v2, dimensions: 8, hidden: [16] }',
    'demo as stacked dcn-v2': '{ kind: dcn-v2, dimensions: 8, hidden: [16], crossLayers: 3, crossRank: 4, structure: stacked }',
  }).map(([name, rank]) => [
    name,
    builtInDictionary('demo')
      .replace(/^ {2}rank: .*$/m, `  rank: ${rank}`)
      .replace(
        'recall: {',
        'recall: { dropout: 0.2, user: { layers: [{ width: 8, activation: tanh }] }, item: { layers: [{ width: 8, activation: linear }] },',
      ),
  ]),
)

/** What learns, and what serves. */
const graphsOf = ({ learned, update, graphs }: ModelSet): ModelSet['graphs'] & Record<'gradient' | 'update', GraphSpec> => ({
  ...graphs,
  gradient: learned.gradient,
  update: update.spec,
})

describe.each([...builtInDictionaries(), ...texts.keys()])('the model set of the %s dictionary', (name) => {
  const modelSet = modelSetOf(name)

  it.each(['gradient', 'update', 'rank', 'rankItem', 'rankParts', 'user', 'item'] as const)(
    'has a %s graph on which ONNX Runtime agrees with the interpreter',
    async (graph) => {
      const spec = graphsOf(modelSet)[graph]
      const feeds = feedsOf(spec, 5, modelSet.initialDense())
      const [compiled, interpreted] = [await compileOnnx()(spec), await interpretGraph(spec)]
      const [actual, expected] = [await compiled.run(feeds), await interpreted.run(feeds)]
      await compiled.release()
      expect(Object.keys(actual)).toEqual(Object.keys(expected))
      for (const [output, values] of Object.entries(expected)) expect(furthest(actual[output], values)).toBeLessThan(1e-4)
    },
  )

  it('is written as the same bytes by every process that declares it', () => {
    const again = modelSetOf(name)
    const graphs = Object.values(graphsOf(modelSet)).map(graphHash)
    expect(graphs).toHaveLength(7)
    expect(Object.values(graphsOf(again)).map(graphHash)).toEqual(graphs)
  })

  it('scores an example alike, whoever stands beside it', async () => {
    const runner = await compileOnnx()(modelSet.graphs.rank)
    const dense = modelSet.initialDense()
    const many = feedsOf(modelSet.graphs.rank, 20, dense)
    const { probabilities } = await runner.run(many)
    for (const at of [0, 7, 19]) {
      const alone = Object.fromEntries(Object.entries(many).map(([input, feed]) => [input, input === 'dense' ? feed : rowOf(feed, at)]))
      // to the last bits only in a batch of the same size: kernels treat the rows that are left over differently
      expect((await runner.run(alone)).probabilities[0]).toBeCloseTo(probabilities[at], 6)
    }
    await runner.release()
  })
})

/** Feeds of any graph of the set: numbers of both signs, but weights, variances and corrections that are positive. */
function feedsOf({ inputs }: GraphSpec, batch: number, dense: Float32Array): Record<string, Feed> {
  const feed = (name: string, shape: readonly number[]): Feed => {
    const cells = shape.reduce((product, length) => product * length, 1)
    if (name === 'dense') return { data: dense, shape }
    if (name.endsWith('Key')) return { data: Float32Array.from({ length: cells }, (_, i) => i), shape }
    const low = POSITIVE.includes(name) ? 0.01 : -0.5
    return { data: Float32Array.from({ length: cells }, (_, i) => low + (((i + 1) * 37 * name.length) % 101) / 200), shape }
  }
  return Object.fromEntries(
    inputs.map((node) => [
      inputName(node),
      feed(
        inputName(node),
        node.shape.map((length) => (typeof length === 'number' ? length : batch)),
      ),
    ]),
  )
}

const POSITIVE = ['square', 'schedule', 'pooling', 'labels', 'rankWeights', 'recallWeights']

const rowOf = ({ data, shape }: Feed, at: number): Feed => {
  const cells = data.length / shape[0]
  return { data: data.slice(at * cells, (at + 1) * cells), shape: [1, ...shape.slice(1)] }
}

/** The largest difference, in units of the largest value. */
function furthest(actual: Float32Array, expected: Float32Array): number {
  expect(actual).toHaveLength(expected.length)
  const most = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6)
  return expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - actual[i])), 0) / most
}
