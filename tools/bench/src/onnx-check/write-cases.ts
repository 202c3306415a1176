import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOf, randomUnit } from '@freshet/kernel'
import {
  declareDcnV2,
  declareDeepFm,
  declareSequence,
  declareSkipGram,
  declareTwoTower,
  declareWideAndDeep,
  type TrainableModel,
} from '@freshet/model'
import { compileOnnx, onnxBytes } from '@freshet/onnx'
import { bindSymbols, inputName, type Feed, type GraphSpec } from '@freshet/tensor'

const adagrad = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-10 } as const
const ftrl = { kind: 'ftrl', alpha: 0.1, beta: 1, l1: 0.01, l2: 0 } as const
const ranker = { fields: [1, 1, 4, 1], numbers: 3, dimensions: 8, hidden: [32, 16], embeddings: adagrad, weights: ftrl, dropout: 0.2 }
const tower = (fields: readonly number[]) => ({
  fields,
  layers: [
    { width: 32, activation: 'tanh' },
    { width: 16, activation: 'linear' },
  ] as const,
})
const towers = {
  user: tower([1, 5]),
  item: tower([1, 2]),
  dimensions: 8,
  embeddings: adagrad,
  biases: adagrad,
  normalise: true,
  temperature: 0.2,
}
const sequence = { positions: 12, width: 16, layers: 2, heads: 2, hidden: 40, embeddings: adagrad, dropout: 0.1 }

/** Every model that the product declares, with all that its graphs can be made of. */
export const checkedModels = (): Readonly<Record<string, TrainableModel>> => ({
  'wide-and-deep': declareWideAndDeep(ranker),
  deepfm: declareDeepFm(ranker),
  'dcn-v2': declareDcnV2({ ...ranker, crossLayers: 2 }),
  'dcn-v2-low-rank': declareDcnV2({ ...ranker, crossLayers: 2, rank: 4, structure: 'stacked' }),
  'two-tower': declareTwoTower(towers),
  'two-tower-pairwise': declareTwoTower({ ...towers, loss: 'pairwise', negatives: 3 }),
  'sequence-softmax': declareSequence({ ...sequence, loss: { kind: 'sampled-softmax', candidates: CANDIDATES } }),
  'sequence-full': declareSequence({ ...sequence, loss: { kind: 'full-softmax', candidates: CANDIDATES } }),
  'sequence-binary': declareSequence({ ...sequence, loss: { kind: 'binary', candidates: CANDIDATES } }),
  'skip-gram': declareSkipGram({ negatives: 5, optimiser: adagrad }),
})

const EXAMPLES = 24
const CANDIDATES = 20
const SEED = 7

/**
 * Writes each graph of each model: `<case>.onnx`, what it is fed and what it gave here as floats, and `cases.json` that names all of them.
 *
 * returns  the names of the cases
 */
export async function writeCases(directory: string, models = checkedModels()): Promise<string[]> {
  mkdirSync(directory, { recursive: true })
  const cases = []
  for (const [name, model] of Object.entries(models)) {
    for (const spec of [model.gradient, model.score]) cases.push(await writeCase(directory, { name, spec, model }))
  }
  writeFileSync(join(directory, 'cases.json'), JSON.stringify(cases))
  return cases.map(({ name }) => name)
}

async function writeCase(directory: string, { name: of, spec, model }: { name: string; spec: GraphSpec; model: TrainableModel }) {
  const name = `${of}-${spec.name.split('/')[1]}`
  const feeds = feedsOf(spec, model)
  const runner = await compileOnnx()(spec)
  const results = await runner.run(feeds)
  await runner.release()
  writeFileSync(join(directory, `${name}.onnx`), onnxBytes(spec))
  const written = (kind: string, tensor: string, data: Float32Array): string => {
    writeFileSync(join(directory, `${name}.${kind}.${tensor}.bin`), bytesOf(data))
    return `${name}.${kind}.${tensor}.bin`
  }
  return {
    name,
    inputs: Object.entries(feeds).map(([tensor, { data, shape }]) => ({ name: tensor, shape, file: written('in', tensor, data) })),
    outputs: Object.entries(results).map(([tensor, data]) => written('out', tensor, data)),
  }
}

/** Numbers of both signs, keys that meet now and then, and the parameters that the model begins with. */
function feedsOf(spec: GraphSpec, model: TrainableModel): Record<string, Feed> {
  const counts = new Map([
    ['B', EXAMPLES],
    ['candidates', CANDIDATES],
  ])
  return Object.fromEntries(
    spec.inputs.map((node, salt) => {
      const [name, shape] = [inputName(node), bindSymbols(node.shape, counts)]
      const cells = shape.reduce((product, length) => product * length, 1)
      const value = (i: number): number => {
        const unit = randomUnit(SEED, i, salt)
        return /Key$/.test(name) ? Math.floor(unit * 40) : unit - 0.5
      }
      return [name, { data: name === 'dense' ? model.initialDense(SEED) : Float32Array.from({ length: cells }, (_, i) => value(i)), shape }]
    }),
  )
}
