import { add, constant, input, interpretGraph, type CompileGraph, type GraphSpec } from '@freshet/tensor'
import { openOnnx, reasonOf, type OnnxRuntime, type ProviderRefusal } from './open-onnx'
import { compileOnnx } from './runtime'

const x = input('x', [1])
const INCREMENT: GraphSpec = { name: 'increment', inputs: [x], outputs: { y: add(x, constant(1)) } }

/** A machine where some providers fail to open, some to run, and some take no graph of ours. */
function machine({ absent = [], broken = [], picky = [] }: Partial<Record<'absent' | 'broken' | 'picky', string[]>>) {
  const compiled: string[] = []
  const compileOn =
    (provider: string): CompileGraph =>
    async (spec) => {
      if (absent.includes(provider)) throw new RangeError(`no ${provider} device\nsecond line`)
      if (picky.includes(provider) && spec.name === 'increment') throw new RangeError('Add is not implemented')
      compiled.push(`${provider} ${spec.name}`)
      const runner = await interpretGraph(spec)
      return broken.includes(provider)
        ? { ...runner, run: () => Promise.reject(new RangeError('out of memory')), release: async () => undefined }
        : runner
    }
  const runtime: OnnxRuntime = { offered: ['cpu', 'webgpu', 'cuda'], compileOn }
  return { runtime, compiled }
}

async function opened(providers: string[], runtime: OnnxRuntime) {
  const refusals: ProviderRefusal[] = []
  return { ...(await openOnnx({ providers, onRefusal: (refusal) => refusals.push(refusal) }, runtime)), refusals }
}

const incremented = async (compile: CompileGraph): Promise<number> => {
  const runner = await compile(INCREMENT)
  const { y } = await runner.run({ x: { data: Float32Array.of(41), shape: [1] } })
  await runner.release()
  return y[0]
}

describe('the provider that is opened', () => {
  it('is the preferred one where it computes', async () => {
    const { runtime, compiled } = machine({})
    const { provider, compile, refusals } = await opened(['cuda', 'webgpu'], runtime)
    expect([provider, refusals, await incremented(compile)]).toEqual(['cuda', [], 42])
    expect(compiled).toEqual(['cuda twice', 'cuda increment'])
  })

  it('is the next one where it cannot be opened, or fails to compute, and each is named', async () => {
    const { runtime } = machine({ absent: ['cuda'], broken: ['webgpu'] })
    const { provider, compile, refusals } = await opened(['cuda', 'webgpu'], runtime)
    expect([provider, await incremented(compile)]).toEqual(['cpu', 42])
    expect(refusals).toEqual([
      { provider: 'cuda', next: 'webgpu', reason: 'no cuda device' },
      { provider: 'webgpu', next: 'cpu', reason: 'out of memory' },
    ])
  })

  it('is refused in the words of the runtime, without the place in its sources', () => {
    const text =
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/context.cc:136 void Initialize() status == Success was false. No adapters\n\n'
    expect(reasonOf(new RangeError(text))).toBe('No adapters')
    expect(reasonOf(new RangeError(''))).toBe('no reason was given')
    expect(reasonOf('a word')).toBe('a word')
  })

  it('is the CPU at once where that is preferred: nothing else is tried', async () => {
    const { runtime, compiled } = machine({})
    expect((await opened(['cpu', 'cuda'], runtime)).provider).toBe('cpu')
    expect(compiled).toEqual([])
  })

  it('leaves a graph that it does not take to the CPU, and says which', async () => {
    const { runtime, compiled } = machine({ picky: ['cuda'] })
    const { provider, compile, refusals } = await opened(['cuda'], runtime)
    expect([provider, await incremented(compile)]).toEqual(['cuda', 42])
    expect(refusals).toEqual([{ provider: 'cuda', next: 'cpu', reason: 'Add is not implemented', graph: 'increment' }])
    expect(compiled).toEqual(['cuda twice', 'cpu increment'])
  })

  it('fails where the CPU takes a graph no more than others', async () => {
    const { runtime } = machine({ absent: ['cpu'] })
    await expect(incremented((await opened(['cpu'], runtime)).compile)).rejects.toThrow('no cpu device')
  })

  it('is not looked for where the installed runtime does not offer it', async () => {
    const { runtime, compiled } = machine({})
    await expect(opened(['cuda', 'tpu'], runtime)).rejects.toMatchObject({
      code: 'INVALID_FIELD',
      facts: { field: 'providers', value: 'tpu' },
    })
    expect(compiled).toEqual([])
  })

  it('is the CPU of the installed runtime, bit for bit the one that is compiled for without a preference', async () => {
    const refusals: ProviderRefusal[] = []
    const { provider, compile } = await openOnnx({ providers: ['cpu'], onRefusal: (refusal) => refusals.push(refusal) })
    expect([provider, refusals]).toEqual(['cpu', []])
    expect(await incremented(compile)).toBe(await incremented(compileOnnx()))
  })
})
