import { listSupportedBackends } from 'onnxruntime-node'
import { assertOffered, inOrder, offeredProviders } from './providers'

describe('execution providers', () => {
  it('are those that the installed runtime says that it offers, the CPU among them', () => {
    expect(offeredProviders()).toEqual(listSupportedBackends().map(({ name }) => name))
    expect(offeredProviders()).toContain('cpu')
  })

  it('are refused by name where the installed runtime does not offer them', () => {
    expect(() => assertOffered(['cpu', 'gpu'], ['cpu', 'webgpu', 'cuda'])).toThrow(
      "providers is 'gpu', but the installed ONNX Runtime offers cpu, webgpu, cuda; name some of these, the preferred one first",
    )
    expect(() => assertOffered(['cuda', 'cpu'], ['cpu', 'webgpu', 'cuda'])).not.toThrow()
    expect(() => assertOffered(offeredProviders())).not.toThrow()
  })

  it.each([
    [
      ['cuda', 'webgpu'],
      ['cuda', 'webgpu', 'cpu'],
    ],
    [
      ['cuda', 'cpu', 'webgpu'],
      ['cuda', 'cpu'],
    ],
    [
      ['cuda', 'cuda'],
      ['cuda', 'cpu'],
    ],
    [['cpu'], ['cpu']],
    [[], ['cpu']],
  ])('of %j are tried in the order %j', (preferred, tried) => expect(inOrder(preferred)).toEqual(tried))
})
