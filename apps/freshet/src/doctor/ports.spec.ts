import { createServer } from 'node:net'
import { loadConfig, type ConfigInput } from '@freshet/service'
import { freeAddress } from '../all-in-one'
import { openStage } from '../services.fixture'
import { portFindings } from './ports'

const NOWHERE = { grpc: '', http: '' }
const ALONE = { ingest: NOWHERE, featureStore: NOWHERE, trainer: NOWHERE, migrator: NOWHERE, ranker: NOWHERE }
const findings = (overrides: ConfigInput) => portFindings(loadConfig({ env: {}, overrides: { ...ALONE, ...overrides } }))

describe('the ports', () => {
  it('are good where nobody listens, though two sections share one', async () => {
    const [grpc, http] = [await freeAddress(), await freeAddress()]
    const [all, alone] = await findings({ all: { grpc, http }, ingest: { grpc, http: '' } })
    expect(all).toMatchObject({ check: 'ports of `up`', state: 'good', says: `${grpc} and ${http} are free` })
    expect(alone).toMatchObject({ state: 'good' })
  })

  it('are good where it is Freshet that listens', async () => {
    await using stage = await openStage()
    const grpc = stage.served.grpcAddress
    expect((await findings({ all: { grpc, http: '' } }))[0]).toMatchObject({ state: 'good', says: `Freshet listens at ${grpc}` })
  })

  it('are wrong where another process listens at those of `up`, and odd at those of a service alone', async () => {
    const taken = await freeAddress()
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(Number(taken.split(':')[1]), '127.0.0.1', resolve))
    const [all, alone] = await findings({ all: { grpc: await freeAddress(), http: taken }, ranker: { grpc: taken, http: '' } })
    expect(all).toMatchObject({
      state: 'wrong',
      says: `${taken} is in use by another process`,
      remedy: expect.stringContaining('all.http'),
    })
    expect(alone).toMatchObject({
      state: 'odd',
      says: `${taken} is in use by another process`,
      remedy: expect.stringContaining('ranker.grpc'),
    })
    await new Promise((resolve) => server.close(resolve))
  })
})
