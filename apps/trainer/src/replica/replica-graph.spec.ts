import { builtInDictionary, compileDictionary } from '@freshet/features'
import { declareModelSet, modelSetOf } from '@freshet/model'
import { graphHash } from '@freshet/onnx'
import { replicaGraph } from './replica-graph'

describe('the graph of a replica', () => {
  it('is the one that a trainer steps by, which has it from the text of its line', () => {
    const dictionary = compileDictionary(builtInDictionary('demo'))
    const { canonical } = declareModelSet(dictionary.layout, dictionary.declared.model)
    expect(replicaGraph(dictionary).hash).toBe(graphHash(modelSetOf(canonical).learned.gradient))
  })

  it('is another one under another dictionary', () => {
    const hashes = ['demo', 'movielens', 'generic'].map((name) => replicaGraph(compileDictionary(builtInDictionary(name))).hash)
    expect(new Set(hashes).size).toBe(3)
  })
})
