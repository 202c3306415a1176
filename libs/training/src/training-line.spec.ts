import { Cut, type Result } from '@freshet/contracts'
import { DivergedError } from './errors'
import { TrainingLine } from './training-line'
import { groups, openRoom, optionsOf, publish } from './training-room.fixture'

/** A line that has executed one cut, and the result that its owner would tell. */
async function executed(): Promise<{ line: TrainingLine; result: Result }> {
  const room = openRoom()
  await publish(room.log, 0, groups(0, 4))
  const line = await TrainingLine.open(await optionsOf(room, 'a'))
  await line.source.refill(12)
  const { ranges, parts } = line.source.take(12)
  await line.execute(Cut.create({ step: 1, ranges }), parts)
  return { line, result: line.pending.seal(line.learner.state, false)[0] }
}

describe('a line of training', () => {
  it('agrees with a result that has the chain which it computed itself', async () => {
    const { line, result } = await executed()
    expect(() => line.check(result)).not.toThrow()
  })

  it('has diverged where a result has another chain, and says after which step', async () => {
    const { line, result } = await executed()
    const chain = result.chain.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
    expect(() => line.check({ ...result, chain })).toThrow(DivergedError)
    expect(() => line.check({ ...result, chain })).toThrow(/step 1\b/)
  })

  it('waits for the last part of a result before it compares', async () => {
    const { line, result } = await executed()
    expect(() => line.check({ ...result, chain: new Uint8Array(8), continues: true })).not.toThrow()
  })
})
