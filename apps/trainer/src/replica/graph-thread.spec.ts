import path from 'node:path'
import { type CompileGraph, divide, input } from '@freshet/tensor'
import { sourceArguments } from '@freshet/testing'
import { compileInThread } from './graph-thread'
import { compileDeadly, compileInterpreted, compileNothing } from './graph-thread.fixture'

const x = input('x', ['B'])
const divisor = input('two', [1])
const half = { name: 'half', inputs: [x, divisor], outputs: { y: divide(x, divisor) } }
const two = { data: Float32Array.of(2), shape: [1] }
const threads = ({ name }: () => CompileGraph) =>
  compileInThread({ compiler: { module: path.join(__dirname, 'graph-thread.fixture.ts'), name }, execArgv: [...sourceArguments] })

describe('a graph in a thread of its own', () => {
  it('answers runs in their order, and ends when it is released', async () => {
    const runner = await threads(compileInterpreted)(half)
    const runs = [1, 2, 3].map((value) => runner.run({ x: { data: Float32Array.of(value, 8), shape: [2] }, two }))
    expect(await Promise.all(runs)).toEqual([1, 2, 3].map((value) => ({ y: Float32Array.of(value / 2, 4) })))
    await runner.release()
    await expect(runner.run({ x: two, two })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  }, 60_000)

  it('says what a run is refused for, and goes on', async () => {
    const runner = await threads(compileInterpreted)(half)
    await expect(runner.run({ x: two })).rejects.toMatchObject({
      code: 'INVALID_FIELD',
      message: expect.stringContaining("'two' is read; feed it"),
    })
    expect(await runner.run({ x: two, two })).toEqual({ y: Float32Array.of(1) })
    await runner.release()
  }, 60_000)

  it('says so where its thread ends in the midst of a run', async () => {
    const runner = await threads(compileDeadly)(half)
    await expect(runner.run({ x: two, two })).rejects.toThrow('the thread of a graph is not available; open the stream again')
    await runner.release()
  }, 60_000)

  it('says why it cannot begin', async () => {
    await expect(threads(compileNothing)(half)).rejects.toMatchObject({ code: 'INTERNAL' })
  }, 60_000)
})
