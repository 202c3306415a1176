import { Cut, Genesis } from '@freshet/contracts'
import type { ModelDeclaration } from '@freshet/features'
import { declareModelSet } from '@freshet/model'
import { type CompileGraph, interpretGraph } from '@freshet/tensor'
import { ask, start, untilLearned } from './running-trainer.fixture'
import { SharedSteps } from './threads.fixture'
import { floats, group, groups, modelSet, openLearner, openRoom, optionsOf, publish, type Room, tools } from './training-room.fixture'
import { EMPTY_SHELF } from './version-shelf'
import { replayTwin, type TwinOptions } from './verify'

const { model } = JSON.parse(modelSet.canonical) as { readonly model: ModelDeclaration }
const dropping = declareModelSet(modelSet.layout, { ...model, rank: { ...model.rank, dropout: 0.5 } })
const instead = {
  genesis: Genesis.create({ dictionaryHash: 'd0', model: dropping.canonical, seed: 1, logicalShards: 4, partitions: 2 }),
  tools: { ...tools, modelSet: dropping },
}
const sharedBy = (workers: number) => ({ ...instead, tools: { ...instead.tools, openEngine: new SharedSteps(workers).openEngine } })

/** What twins come to: on one thread by the plain engine, and by each crew. */
async function digestsOf(room: Room, options: Partial<TwinOptions>): Promise<Set<string>> {
  const digests = new Set<string>()
  for (const who of [instead, sharedBy(1), sharedBy(2), sharedBy(4)]) {
    digests.add((await replayTwin({ ...(await optionsOf(room, 'twin')), ...who, ...options })).digest)
  }
  return digests
}

describe('a line whose model drops units out', () => {
  it('comes to one digest, whoever computes its steps, from its genesis and from each version', async () => {
    const room = openRoom()
    await using running = await start(room, 'a', { incrementBytes: 1 << 20, instead: sharedBy(2) })
    const versions = []
    for (const from of [0, 6]) {
      await publish(room.log, 0, groups(from, 6))
      await untilLearned(room, running, 3 * (from + 6))
      versions.push(await ask(room, running.trainer.checkpoint()))
    }
    await publish(room.log, 1, groups(12, 6))
    await untilLearned(room, running, 54)
    const { step: until, digest } = await ask(room, running.trainer.audit(0))
    expect(await digestsOf(room, { until, shelf: EMPTY_SHELF })).toEqual(new Set([digest]))
    for (const { name: from } of versions) expect(await digestsOf(room, { until, from })).toEqual(new Set([digest]))
  }, 60_000)

  it('leaves out those examples alone that are bad under what their step dropped', async () => {
    const learner = await openLearner({ tools: { ...instead.tools, compile: compileBrittle } })
    const left: number[] = []
    for (let step = 1; step <= 8; step++) {
      const odd = { ...group(3 * step + 1), userNumbers: floats([ODD]) }
      const range = { partition: 0, from: 3 * step - 3, to: 3 * step }
      const parts = [{ ...range, groups: [group(3 * step), odd, group(3 * step + 2)] }]
      const { skipped } = await learner.step(Cut.create({ step, ranges: [range] }), parts)
      expect(skipped.filter(({ group: { sourceOffset } }) => sourceOffset !== odd.sourceOffset)).toEqual([])
      left.push(skipped.length)
    }
    expect(new Set(left).size).toBeGreaterThan(1) // of three, those whose seeds say so
    expect(Math.max(...left)).toBeGreaterThan(0)
  })
})

const ODD = 0.123456

/** A machine to which one number is too much, where the first of an example's seeds is above a half. */
const compileBrittle: CompileGraph = async (spec) => {
  const runner = await interpretGraph(spec)
  const run: typeof runner.run = async (feeds) => {
    const outputs = await runner.run(feeds)
    const { dropout, numbers } = feeds
    if (!dropout) return outputs
    const isBad = Array.from({ length: numbers.shape[0] }, (_, i) => i).some(
      (i) => numbers.data[i * dropping.numbers] === Math.fround(ODD) && dropout.data[i * 8] > 0.5,
    )
    return isBad ? { ...outputs, loss: Float32Array.of(NaN) } : outputs
  }
  return { ...runner, run }
}
