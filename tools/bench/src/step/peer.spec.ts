import { openPeer, type PeerOptions } from './peer'

const peer = (script: string): PeerOptions => ({ interpreter: process.execPath, script: '-e', args: [script], say: () => undefined })
const ECHO = `console.log('an echo'); require('readline').createInterface({ input: process.stdin }).on('line', (steps) => console.log(steps / 100))`

describe('a peer', () => {
  it('describes itself, then answers a number of steps by seconds', async () => {
    await using echo = await openPeer(peer(ECHO))
    expect(echo.description).toBe('an echo')
    expect(await echo.run(50)).toBe(0.5)
    expect((await echo.spend(10)).seconds).toBe(0.1)
    expect(await echo.ask('300')).toBe('3')
  })

  it('is unavailable where its program ends, or does not exist', async () => {
    await expect(openPeer(peer('process.exit(3)'))).rejects.toThrow('it ended with 3')
    await expect(openPeer({ ...peer(''), interpreter: '/nowhere/python' })).rejects.toThrow('ENOENT')
  })

  it('is not believed where it answers no time', async () => {
    await using mute = await openPeer(peer(`console.log('a mute'); process.stdin.on('data', () => console.log('none'))`))
    await expect(mute.run(1)).rejects.toThrow("seconds is 'none', but a peer answers the time it took")
  })
})
