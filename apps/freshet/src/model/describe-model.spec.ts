import { trainer } from '@freshet/contracts/services'
import { builtInDictionaries, builtInDictionary, compileDictionary } from '@freshet/features'
import { declareModelSet } from '@freshet/model'
import { describeModel } from './describe-model'
import { modelSvg } from './model-svg'
import { modelText } from './model-text'

const STATUS = trainer.GetStatusResponse.fromPartial({ step: 12, rows: 3000, tableBytes: 3 << 19, parameters: 94_000 })

function described(text: string, status?: trainer.GetStatusResponse) {
  const dictionary = compileDictionary(text)
  const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)
  return { dictionary, modelSet, model: describeModel(dictionary, modelSet, status) }
}

describe.each(builtInDictionaries())('the model of the %s dictionary', (name) => {
  const { dictionary, modelSet, model } = described(builtInDictionary(name))

  it('has each parameter in one layer', () => {
    expect(model.layers.reduce((sum, { count }) => sum + count, 0)).toBe(modelSet.parameterCount)
    expect(model.layers.flatMap(({ parameters }) => parameters)).toHaveLength(modelSet.parameters.length)
  })

  it('has each slot and each number of an example at one feature', () => {
    for (const { part, ids, numbers, features } of model.schema) {
      expect(features.reduce((sum, { slots }) => sum + (slots?.count ?? 0), 0)).toBe(ids)
      const { numberNames } = dictionary.layout[part as 'user' | 'item' | 'cross']
      expect(features.flatMap((feature) => feature.numbers)).toEqual(numberNames)
      expect(numbers).toBe(numberNames.length)
      expect(features.filter(({ slots, numbers: own }) => slots === undefined && own.length === 0)).toEqual([])
    }
  })

  it('has the floats of a row in its segments', () => {
    const [{ width, segments }] = model.tables
    expect(width).toBe(modelSet.rowWidth)
    expect(segments.reduce((sum, segment) => sum + segment.width, 0)).toBe(width)
  })
})

describe('a model that is explained', () => {
  const { model } = described(builtInDictionary('demo'), STATUS)

  it('is a tree of what is read, kept and computed with', () => {
    const text = modelText(model)
    expect(text).toMatch(
      /^wide-and-deep ranks, two-tower recalls; dictionary 'demo', [0-9a-f]{16}\n94,000 parameters after step 12, 3,000 rows/,
    )
    expect(text).toMatch(/\n {2}user: 18 id slots, 3 numbers\n {4}user +id +slot 0\n[\s\S]*recent +sequence +slots 3–12\n/)
    expect(text).toMatch(/\n {2}rows: 26 floats each, 3,000 rows, 1.5 MiB\n {4}rank embedding +8 {2}row-wise Adagrad, rate 0.4\n/)
    expect(text).toMatch(/\n {2}rank\/deep +\d,\d{3} {2}Adam, rate 0.01\n {4}0\/weight +121 × 32 +3,872\n/)
  })

  it('says which ids get a row, and how long they keep it, where that is declared', () => {
    const forgetful = builtInDictionary('demo').replace(
      '  rank: {',
      '  admission: 3\n  expireAfterSteps: 90000\n  memoryBytes: 16777216\n  rank: {',
    )
    const status = { ...STATUS, rowsMax: 80_000, rowsExpired: 1234, rowsDisplaced: 56 }
    expect(modelText(described(forgetful, status).model)).toContain(`3,000 rows, 1.5 MiB
    an id gets a row once 3 steps have met it
    a row is given up after 90,000 steps that do not meet it: 1,234 so far
    at most 16.0 MiB, room for 80,000 rows; then new ids take the places of others: 56 so far
    rank embedding`)
    expect(modelText(described(forgetful).model)).toContain(
      'do not meet it\n    at most 16.0 MiB; then new ids take the places of others\n',
    )
    expect(modelText(model)).not.toContain('given up')
  })

  it('says that rows are not known where no trainer answers', () => {
    expect(modelText(described(builtInDictionary('demo')).model)).toContain('\nno trainer answers: rows are not known\n')
  })

  it('names the kind of model that is declared, and does not list every number of a text', () => {
    const text = builtInDictionary('demo').replace('rank: {', 'rank: { kind: deepfm,')
    const { model: other } = described(text)
    expect(other.models).toEqual({ rank: 'deepfm', recall: 'two-tower' })
    const many = { name: 'title', kind: 'text', numbers: Array.from({ length: 32 }, (_, i) => `title_${i}`) }
    const spelled = modelText({ ...other, schema: [{ part: 'item', ids: 0, numbers: 32, features: [many] }] })
    expect(spelled).toContain('title  text  32 numbers, title_0 … title_31')
  })
})

describe('the picture of a model', () => {
  it('has a box for each part, table and layer, and one for each thing that comes out', () => {
    const { model } = described(builtInDictionary('demo'), STATUS)
    const svg = modelSvg(model)
    expect(svg.match(/<rect [^>]*rx="4"/g)).toHaveLength(3 + 1 + model.layers.length + 2)
    expect(svg.match(/<line /g)).toHaveLength(3 * 1 + 1 * model.layers.length + model.layers.length) // a layer has one way out
    expect(svg).toContain('rows: 3,000 × 26 floats')
    expect(svg).toContain('recent (sequence): 10 ids')
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 1270 \d+"[\s\S]*<\/svg>\n$/)
  })

  it('writes names as text, however they are spelt, and no longer than their box', () => {
    const { model } = described(builtInDictionary('demo'))
    const features = [{ name: 'a<b & '.repeat(20), kind: 'id', numbers: [] }]
    const svg = modelSvg({ ...model, schema: [{ part: 'user', ids: 0, numbers: 0, features }] })
    expect(svg).toContain('a&lt;b &amp; a&lt;b')
    expect(svg).toContain('…</text>')
  })
})
