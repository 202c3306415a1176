import { add, equal, input, matmul, multiply, relu, reshape, rotary, rotaryAngles, where, type GraphSpec, type Node } from '@freshet/tensor'
import { graphHash, onnxBytes, runtimePins } from './index'

const layer = (): GraphSpec => {
  const x = input('x', ['B', 3])
  const w = input('w', [3, 2])
  const hidden = relu(matmul(x, w))
  return { name: 'layer', inputs: [x, w], outputs: { squared: multiply(hidden, hidden) } }
}

describe('onnxBytes', () => {
  it('gives equal bytes for graphs that are built alike', () => {
    expect(onnxBytes(layer())).toEqual(onnxBytes(layer()))
    expect(graphHash(layer())).toMatch(/^[0-9a-f]{64}$/)
    expect(graphHash(layer())).toBe(graphHash(layer()))
  })

  it('gives other bytes as soon as anything differs', () => {
    const { inputs, outputs } = layer()
    const renamed = { name: 'layer', inputs, outputs: { square: outputs.squared } }
    expect(graphHash(renamed)).not.toBe(graphHash(layer()))
  })

  it('writes a node that is used twice once', () => {
    const text = Buffer.from(onnxBytes(layer())).toString('latin1')
    expect(text.match(/Relu:/g)).toHaveLength(1)
  })

  it('says symbolic lengths by name', () => {
    expect(Buffer.from(onnxBytes(layer())).includes(Buffer.from([0x12, 1, 0x42]))).toBe(true) // dim_param = 2, one byte, 'B'
  })

  it('names the runtime as the source of operations that it adds, and only where there are some', () => {
    const x = input('x', ['B', 4])
    const text = (value: Node): string => Buffer.from(onnxBytes({ name: 'g', inputs: [x], outputs: { value } })).toString('latin1')
    expect(text(rotary(reshape(x, ['B', 1, 4]), rotaryAngles({ positions: 1, width: 4 }))).match(/com\.microsoft/g)).toHaveLength(2) // at the node, and among the imports
    expect(text(relu(x))).not.toContain('com.microsoft')
  })

  it('chooses by truths as they were compared, not by numbers made of them', () => {
    const x = input('x', ['B', 3])
    const chosen = where(equal(x, relu(x)), x, relu(x))
    const text = (value: Node): string => Buffer.from(onnxBytes({ name: 'g', inputs: [x], outputs: { value } })).toString('latin1')
    expect(text(chosen)).not.toContain('Cast:')
    expect(text(multiply(chosen, equal(x, relu(x))))).toContain('Cast:')
  })

  it('writes one layer exactly so', () => {
    // checked once by hand: onnx 1.23 loads these bytes and onnx.checker, with full_check, finds nothing
    expect(graphHash(layer())).toBe('25031ce2e30ad86ab2a7b45abda7a4f9e1745d8c997a31b954eec92a3752e3e4')
  })

  it('refuses a reshape that moves two symbols, which ONNX cannot say', () => {
    const x = input('x', ['B', 'C', 2])
    const spec = { name: 'moved', inputs: [x], outputs: { moved: reshape(x, ['C', 2, 'B']) } }
    expect(() => onnxBytes(spec)).toThrow('reshape: expected at most one symbol of [B, C, 2] on another axis, got [C, 2, B]')
  })

  it('refuses a graph that reads what it does not declare', () => {
    const x = input('x', [1])
    expect(() => onnxBytes({ name: 'sum', inputs: [], outputs: { sum: add(x, x) } })).toThrow("inputs of sum is 'x'")
  })
})

describe('runtimePins', () => {
  it('names runtime, provider, instruction set and Node', () => {
    const pins = runtimePins()
    expect(pins.runtime).toMatch(/^onnxruntime \d+\.\d+\.\d+/)
    expect(pins).toMatchObject({ provider: 'cpu', node: process.version })
    expect(pins.instructionSet.startsWith(process.arch)).toBe(true)
  })

  it('are the same whenever they are asked for', () => {
    expect(runtimePins()).toEqual(runtimePins())
  })
})
