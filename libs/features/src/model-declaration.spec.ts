import { readFileSync } from 'node:fs'
import path from 'node:path'
import { InvalidFieldError } from '@freshet/kernel'
import { compileDictionary } from './dictionary'

const TEXT = `
name: shop
events: { buy: { label: positive } }
user: [{ kind: id, name: user }, { kind: numeric, name: age, maximum: 100 }]
item: [{ kind: id, name: item }]`

const withModel = (model: string) => compileDictionary(`${TEXT}\nmodel: ${model}`)
const plain = compileDictionary(TEXT)

describe('what ranks', () => {
  it('is a Wide & Deep where no kind is declared, and is written as before there were kinds', () => {
    expect(JSON.stringify(plain.declared.model.rank)).toBe('{"dimensions":16,"hidden":[64,32]}')
  })

  it('is the same, and gives the dictionary the same hash, where that kind is spelled out', () => {
    const spelled = withModel('{ rank: { kind: wide-and-deep } }')
    expect(spelled.declared.model).toEqual(plain.declared.model)
    expect(spelled.hash).toBe(plain.hash)
  })

  it('is a DeepFM or a DCN-V2 where that is declared', () => {
    expect(withModel('{ rank: { kind: deepfm, hidden: [8] } }').declared.model.rank).toEqual({
      kind: 'deepfm',
      dimensions: 16,
      hidden: [8],
    })
    expect(withModel('{ rank: { kind: dcn-v2, crossLayers: 3, crossRank: 4, structure: stacked } }').declared.model.rank).toEqual({
      ...{ kind: 'dcn-v2', dimensions: 16, hidden: [64, 32] },
      ...{ crossLayers: 3, crossRank: 4, structure: 'stacked' },
    })
  })

  it('drops out a share of the hidden units where that is declared, and then is another model', () => {
    const dropping = withModel('{ rank: { hidden: [8], dropout: 0.25 }, recall: { dropout: 0.1 } }')
    expect(dropping.declared.model.rank).toEqual({ dimensions: 16, hidden: [8], dropout: 0.25 })
    expect(dropping.declared.model.recall.dropout).toBe(0.1)
    expect(dropping.hash).not.toBe(withModel('{ rank: { hidden: [8] }, recall: { dropout: 0.1 } }').hash)
    expect(withModel('{ rank: { kind: dcn-v2, dropout: 0.5 } }').declared.model.rank.dropout).toBe(0.5)
  })

  it('makes another dictionary of another kind', () => {
    const hashes = ['{}', '{ rank: { kind: deepfm } }', '{ rank: { kind: dcn-v2 } }', '{ rank: { kind: dcn-v2, crossLayers: 1 } }'].map(
      (model) => withModel(model).hash,
    )
    expect(new Set(hashes).size).toBe(4)
  })
})

describe('the towers that recall', () => {
  it('have one list of hidden layers where they declare none of their own, written as before they could', () => {
    expect(JSON.stringify(plain.declared.model.recall)).toBe('{"dimensions":32,"hidden":[64],"width":32,"temperature":1,"normalise":false}')
  })

  it('have layers of their own where they are declared, with relu where nothing is said', () => {
    const { user, item } = withModel('{ recall: { user: { layers: [{ width: 8, activation: tanh }, { width: 4 }] } } }').declared.model
      .recall
    expect(item).toBeUndefined()
    expect(user).toEqual({
      layers: [
        { width: 8, activation: 'tanh' },
        { width: 4, activation: 'relu' },
      ],
    })
  })
})

describe('what rows are given up by', () => {
  it('is not said unless declared, and does not change what a dictionary is called', () => {
    expect(JSON.stringify(plain.declared.model)).not.toMatch(/expireAfterSteps|memoryBytes/)
  })

  it('is an age in steps and a bound in bytes', () => {
    const { declared, hash } = withModel('{ admission: 2, expireAfterSteps: 100000, memoryBytes: 4e9 }')
    expect(declared.model).toMatchObject({ admission: 2, expireAfterSteps: 100_000, memoryBytes: 4_000_000_000 })
    expect(hash).not.toBe(plain.hash)
  })
})

describe('the examples of docs/MODELS.md', () => {
  const page = readFileSync(path.join(__dirname, '../../../docs/MODELS.md'), 'utf8')
  const examples = [...page.matchAll(/```yaml\n(model:[^`]*)```/g)].map(([, example]) => example)

  it('are dictionaries, of each kind but one that is the default', () => {
    const models = examples.map((example) => compileDictionary(`${TEXT}\n${example}`).declared.model)
    expect(models.map(({ rank }) => rank.kind)).toEqual([undefined, 'deepfm', 'dcn-v2', undefined, undefined, undefined])
    expect(models[3].recall.user?.layers).toHaveLength(2)
    expect([models[4].rank.dropout, models[5].memoryBytes]).toEqual([0.2, 8e9])
  })
})

describe('a bad declaration', () => {
  it.each([
    ['model.rank.kind', '{ rank: { kind: transformer } }', 'a kind is wide-and-deep, deepfm or dcn-v2'],
    ['model.rank.crossLayers', '{ rank: { crossLayers: 2 } }', 'no such key exists there'],
    ['model.rank.crossLayers', '{ rank: { kind: deepfm, crossLayers: 2 } }', 'no such key exists there'],
    ['model.rank.crossLayers', '{ rank: { kind: dcn-v2, crossLayers: 9 } }', '<=6'],
    ['model.rank.dropout', '{ rank: { dropout: 1 } }', '<=0.9'],
    ['model.recall.dropout', '{ recall: { dropout: 0 } }', '>0'],
    ['model.rank.hidden.1', '{ rank: { kind: dcn-v2, hidden: [8, wide] } }', 'expected number'],
    [
      'model.rank.crossRank',
      '{ rank: { kind: dcn-v2, dimensions: 2, crossRank: 5 } }',
      'cross layers are 5 wide (fields × dimensions + numbers)',
    ],
    ['model.expireAfterSteps', '{ expireAfterSteps: 0 }', '>=1'],
    ['model.expireAfterSteps', '{ expireAfterSteps: 7d }', 'expected number'],
    ['model.memoryBytes', '{ memoryBytes: 1.5 }', 'expected int'],
    ['model.admission', '{ admission: 256 }', '<=255'],
    ['model.recall.user.layers.1.activation', '{ recall: { user: { layers: [{ width: 4 }, { width: 4, activation: gelu }] } } }', '"tanh"'],
    ['model.recall.item.layers.0.width', '{ recall: { item: { layers: [{ width: 0 }] } } }', '>=1'],
    ['model.recall.item.layers.0.units', '{ recall: { item: { layers: [{ width: 3, units: 3 }] } } }', 'no such key exists there'],
    ['model.recall.item.layers', '{ recall: { item: { width: 3 } } }', 'expected array'],
  ])('is refused at %s, with what is expected and what is there', (field, model, rule) => {
    const fault = faultOf(model)
    expect(fault.facts.rule).toContain(rule)
    expect(fault.facts.field).toBe(field)
    expect(fault.facts.remedy.length).toBeGreaterThan(0)
  })
})

function faultOf(model: string): InvalidFieldError {
  try {
    withModel(model)
  } catch (error) {
    if (error instanceof InvalidFieldError) return error
  }
  throw new RangeError(`${model} was taken`)
}
