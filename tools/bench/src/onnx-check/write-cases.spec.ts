import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkedModels, writeCases } from './write-cases'

describe('the cases of the ONNX check', () => {
  const directory = mkdtempSync(join(tmpdir(), 'freshet-onnx-check-'))
  afterAll(() => rmSync(directory, { recursive: true }))

  it('are two graphs a model, each with what it is fed and what it gave here', async () => {
    const { deepfm, 'skip-gram': skipGram } = checkedModels()
    const names = await writeCases(directory, { deepfm, 'skip-gram': skipGram })
    expect(names).toEqual(['deepfm-gradient', 'deepfm-score', 'skip-gram-gradient', 'skip-gram-score'])
    const [gradient] = JSON.parse(readFileSync(join(directory, 'cases.json'), 'utf8'))
    expect(gradient.inputs.map(({ name }: { name: string }) => name)).toEqual(['dense', 'rows', 'numbers', 'labels', 'weights', 'dropout'])
    expect(readFileSync(join(directory, gradient.inputs[0].file))).toHaveLength(4 * deepfm.parameterCount)
    expect(gradient.outputs.map((file: string) => file.split('.')[2])).toEqual(['denseGradient', 'rowGradients', 'scores', 'loss'])
    expect(readFileSync(join(directory, gradient.outputs[0]))).toHaveLength(4 * deepfm.parameterCount)
    expect(readFileSync(join(directory, 'deepfm-gradient.onnx')).includes('freshet')).toBe(true)
  })

  it('hold every kind of model that is declared', () => {
    const kinds = new Set(Object.values(checkedModels()).map(({ name }) => name))
    expect([...kinds].sort()).toEqual(['dcn-v2', 'deepfm', 'sequence', 'skip-gram', 'two-tower', 'wide-and-deep'])
  })
})
