import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { mixedBatch, mixedModel, mixedTools } from '../mixed-model.fixture'
import { openEngine } from '../plain-engine'
import { openSharedEngine } from '../shared/shared-engine'
import { testThreads } from '../shared/threads.fixture'
import type { CarrierNotice } from './carrier'
import { carriersTo } from './carriers'
import { dialFake } from './dial-fake.fixture'
import { GRAPH_HASH } from './fake-replica.fixture'

const model = mixedModel()
const execArgv = ['--conditions=@freshet/source', '-r', path.resolve(__dirname, '../../../testing/source-hook.cjs')]

function carrier(module: string, onNotice: (notice: CarrierNotice) => void) {
  const compiler = { module: path.join(__dirname, '../shared/threads.fixture.ts'), name: 'compileInterpreted' }
  return carriersTo({ graphHash: GRAPH_HASH, compiler, dialler: { module, name: dialFake.name, address: 'anywhere' }, onNotice, execArgv })
}

describe('carriers in threads of their own', () => {
  it('work beside other threads, to the digest of the plain engine, and end when the engine is closed', async () => {
    const [engine, plain] = [
      await openSharedEngine(model, { ...mixedTools(model), start: testThreads }),
      await openEngine(model, mixedTools(model)),
    ]
    const notices: CarrierNotice[] = []
    const invite = () => engine.crew.invite(carrier(path.join(__dirname, 'dial-fake.fixture.ts'), (notice) => notices.push(notice)))
    await engine.crew.scaleTo(2)
    const invited = await Promise.all([invite(), invite()])
    expect([engine.crew.size, new Set(invited).size]).toEqual([2, 2])
    for (let round = 1; notices.length < 2; round++) {
      expect(await engine.step(mixedBatch(round, 64))).toEqual(await plain.step(mixedBatch(round, 64)))
      await setImmediate() // notices come then
    }
    engine.crew.dismiss(invited[0])
    await engine.crew.kill(invited[1])
    await engine.step(mixedBatch(3))
    await plain.step(mixedBatch(3))
    expect(notices.map(({ kind }) => kind)).toEqual(['admitted', 'admitted'])
    expect(engine.state.digest()).toBe(plain.state.digest())
    await engine.close()
  }, 120_000)

  it('say why they cannot begin', async () => {
    const engine = await openSharedEngine(model, { ...mixedTools(model), start: testThreads })
    const notices: CarrierNotice[] = []
    await engine.crew.invite(carrier('/nowhere', (notice) => notices.push(notice))).catch(() => undefined)
    for (let turn = 0; notices.length === 0; turn++) await setImmediate()
    expect(notices).toEqual([{ kind: 'refused', reason: expect.stringContaining("Cannot find module '/nowhere'") }])
    await engine.step(mixedBatch(1))
    await engine.close()
  }, 120_000)
})
