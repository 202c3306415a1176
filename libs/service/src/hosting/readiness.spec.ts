import { isServed } from '../client/probe'
import { bareRuntime, serveEcho } from './echo.fixture'
import { openReadiness } from './readiness'
import type { Served } from './serve'

const probesOf = async ({ grpcAddress, httpAddress = '' }: Served): Promise<unknown[]> => {
  const answer = await fetch(`http://${httpAddress}/healthz`)
  const { status } = (await answer.json()) as { status: string }
  return [answer.status, status, await isServed(grpcAddress, '')]
}

describe('a process that is not ready yet', () => {
  it('says so to probes until it declares that it is, while its services answer under their names', async () => {
    const readiness = openReadiness()
    await using served = await serveEcho(bareRuntime(), {}, readiness)
    expect(await probesOf(served)).toEqual([503, 'starting', false])
    expect(await isServed(served.grpcAddress, 'freshet.migrator.v1.Migrator')).toBe(true)
    readiness.declare()
    await readiness.reached
    expect(await probesOf(served)).toEqual([200, 'serving', true])
  })

  it('is ready as soon as it listens where nothing else was declared', async () => {
    await using served = await serveEcho()
    expect(await probesOf(served)).toEqual([200, 'serving', true])
  })
})
