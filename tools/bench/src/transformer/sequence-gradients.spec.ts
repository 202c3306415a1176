import { compileOnnx } from '@freshet/onnx'
import { bindSymbols, inputName } from '@freshet/tensor'
import { SequenceGradients } from './sequence-gradients'
import { makeWork, SIZES } from './work'

const BATCH = 32

it('adds up, shard by shard, to the loss of the whole batch', async () => {
  const work = makeWork(BATCH)
  const { gradient } = work.model
  const counts = new Map([
    ['B', BATCH],
    ['candidates', SIZES.candidates],
  ])
  const whole = await compileOnnx()({ ...gradient, outputs: { loss: gradient.outputs.loss } })
  const feeds = gradient.inputs.map((node) => [
    inputName(node),
    { data: work.feeds[inputName(node)], shape: bindSymbols(node.shape, counts) },
  ])
  const { loss } = await whole.run(Object.fromEntries(feeds))
  const shards = await SequenceGradients.open(work)
  expect(await shards.loss()).toBeCloseTo(loss[0], 4)
  expect(await shards.run(1)).toBeGreaterThan(0)
  await whole.release()
})
