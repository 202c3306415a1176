import { once } from 'node:events'
import { connect } from 'node:net'
import { temporaryDirectory } from '@freshet/testing'
import { startBrokers } from './brokers'

const portsIn = (settings: string): number[] => [...settings.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port))

jest.setTimeout(300_000) // brokers start, and end in order: on a busy machine a minute each

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const answer = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return answer
}

describe('the brokers for development', () => {
  it('listen where they say that they do, end together, and start again on what they kept', async () => {
    await using directory = await temporaryDirectory()
    const ports: number[][] = []
    for (let start = 0; start < 2; start++) {
      await using brokers = await startBrokers({ directory: directory.path })
      expect(brokers.settings).toMatch(/^--log kafka:\/\/127\.0\.0\.1:\d+ --store redis:\/\/127\.0\.0\.1:\d+$/)
      ports.push(portsIn(brokers.settings))
      expect(await Promise.all(ports[start].map(listens))).toEqual([true, true])
    }
    expect(await Promise.all(ports.flat().map(listens))).toEqual([false, false, false, false])
  })

  it('say which of them has ended by itself, and how', async () => {
    await using directory = await temporaryDirectory()
    await using brokers = await startBrokers({ directory: directory.path })
    const [, redisPort] = portsIn(brokers.settings)
    connect(redisPort, '127.0.0.1').end('SHUTDOWN NOSAVE\r\n')
    expect(await brokers.lost).toMatch(/^Redis has ended \(code 0\); it last said:\n[^]*bye bye/)
  })
})
