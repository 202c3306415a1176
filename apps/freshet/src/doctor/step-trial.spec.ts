import { systemClock } from '@freshet/kernel'
import { compileOnnx } from '@freshet/onnx'
import type { CompileGraph, GraphRunner } from '@freshet/tensor'
import { TOLERANCE_ULPS, tryStep } from './step-trial'

/** A provider that computes as the CPU does, but for what `change` does to its gradient. */
const changed =
  (change: (gradient: Float32Array) => void): CompileGraph =>
  async (spec) => {
    const runner = await compileOnnx()(spec)
    const run: GraphRunner['run'] = async (feeds) => {
      const outputs = await runner.run(feeds)
      if (outputs.denseGradient) change(outputs.denseGradient)
      return outputs
    }
    return { run, release: () => runner.release() }
  }

const trial = (other: CompileGraph) =>
  tryStep('other', { compileOn: (provider) => (provider === 'cpu' ? compileOnnx() : other), clock: systemClock })

describe('a training step that is tried', () => {
  it('gives equal bits on the CPU twice, and moves the weights', async () => {
    const { comparison, stepMs } = await tryStep('cpu', { compileOn: () => compileOnnx(), clock: systemClock })
    expect(comparison).toMatchObject({ isBitEqual: true, ulps: 0 })
    expect(stepMs).toBeGreaterThan(0)
  })

  it('is within the tolerance where sums are rounded otherwise', async () => {
    const rounded = await trial(changed((gradient) => gradient.forEach((value, i) => (gradient[i] = value * (1 + 2 ** -22)))))
    expect(rounded.comparison?.isBitEqual).toBe(false)
    expect(rounded.comparison?.ulps).toBeLessThan(TOLERANCE_ULPS)
  })

  it('is beyond the tolerance where it computes at half precision', async () => {
    const halved = await trial(changed((gradient) => gradient.forEach((value, i) => (gradient[i] = value * (1 + 2 ** -11)))))
    expect(halved.comparison?.ulps).toBeGreaterThan(TOLERANCE_ULPS)
  })

  it('says why where the provider takes no graph', async () => {
    expect(await trial(() => Promise.reject(new RangeError('no device\nsecond line')))).toEqual({ provider: 'other', reason: 'no device' })
  })
})
