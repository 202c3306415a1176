import { createServer, type AddressInfo } from 'node:net'
import { freeAddress } from '../all-in-one'
import { placesOf, reachFinding } from './reach'

async function listening(): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer((socket) => socket.end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) }
}

describe('an engine', () => {
  it('that is embedded is in the data folder', async () => {
    expect(await reachFinding({ check: 'event log', address: 'embedded' })).toMatchObject({ check: 'event log', state: 'good' })
  })

  it('is reached where all of its places take connections', async () => {
    await using server = await listening()
    expect(await reachFinding({ check: 'online store', address: `redis://u:secret@${server.address}/3` })).toEqual({
      check: 'online store',
      state: 'good',
      says: `${server.address} takes connections`,
    })
  })

  it('is odd where one of several places is away, and wrong where all are', async () => {
    await using server = await listening()
    const away = await freeAddress()
    const finding = await reachFinding({ check: 'event log', address: `kafka://${server.address},${away}` })
    expect(finding).toMatchObject({
      state: 'odd',
      says: `${away} is not reached (ECONNREFUSED)`,
      remedy: expect.stringContaining('OPERATING'),
    })
    expect(await reachFinding({ check: 'event log', address: `kafka://${away}` })).toMatchObject({ state: 'wrong' })
  })

  it.each([
    [
      'kafka://a:9092,b',
      [
        { host: 'a', port: 9092 },
        { host: 'b', port: 9092 },
      ],
    ],
    ['redis://cache', [{ host: 'cache', port: 6379 }]],
    [
      'rediss+cluster://user:p@ss@a:1,[::1]:2/0',
      [
        { host: 'a', port: 1 },
        { host: '::1', port: 2 },
      ],
    ],
  ])('at %s has places, and no password', (address, places) => expect(placesOf(address)).toEqual(places))
})
