import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type FakeClock, fakeClock, type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import type { BackEnd } from './back-end'
import { startBackEnd } from './kafka-redis'

jest.setTimeout(120_000)

let directory: TemporaryDirectory
let clock: FakeClock
let backEnd: BackEnd

beforeAll(async () => {
  directory = await temporaryDirectory()
  clock = fakeClock()
  backEnd = await startBackEnd({ directory: directory.within('engines'), clock })
})
afterAll(async () => {
  await backEnd[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

const portOf = (setting: 'FRESHET_LOG' | 'FRESHET_STORE'): number => Number(backEnd.settings[setting].split(':').at(-1))

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** One command to the store, through the relay. */
async function command(line: string): Promise<string> {
  const socket = await connected(portOf('FRESHET_STORE'))
  socket.write(`${line}\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return answer.toString().trim()
}

describe('Kafka and Redis behind relays', () => {
  it('bring back a store that was killed as it was', async () => {
    await command('SET a 1')
    await backEnd.suffer('store-killed')
    expect(await command('GET a')).toBe('$1\r\n1')
  })

  it('turn a store back to what it held when the rewind began', async () => {
    await command('SET a before')
    let writing: Promise<string> | undefined
    const sleep = clock.sleep
    clock.sleep = async () => void (await (writing = command('SET a meanwhile')))
    await backEnd.suffer('store-rewound')
    clock.sleep = sleep
    expect(await writing).toBe('+OK')
    expect(await command('GET a')).toBe('$6\r\nbefore')
  })

  it('empty a store', async () => {
    await command('SET a 1')
    await backEnd.suffer('store-emptied')
    expect(await command('DBSIZE')).toBe(':0')
  })

  it('halt a store, which answers what it was asked meanwhile once it goes on', async () => {
    await command('SET a before')
    const socket = await connected(portOf('FRESHET_STORE'))
    const order: string[] = []
    const answered = once(socket, 'data').then(([bytes]: Buffer[]) => order.push(bytes.toString()))
    const sleep = clock.sleep
    clock.sleep = async (ms) => {
      socket.write('GET a\r\n')
      await new Promise(setImmediate)
      order.push(`halted for ${ms} ms`)
    }
    await backEnd.suffer('store-halted')
    clock.sleep = sleep
    await answered
    socket.destroy()
    expect(order).toEqual(['halted for 5000 ms', '$6\r\nbefore\r\n'])
  })

  it('kill a broker and have it listen again', async () => {
    await backEnd.suffer('log-killed')
    const socket = await connected(portOf('FRESHET_LOG'))
    socket.destroy()
  })

  it.each([
    ['store-killed', 'FRESHET_STORE'],
    ['log-killed', 'FRESHET_LOG'],
  ] as const)('tell when an engine does not serve: with %s, while nobody is behind its relay', async (fault, setting) => {
    let outcome = 'not told'
    await backEnd.suffer(fault, async () => {
      const socket = await connected(portOf(setting))
      outcome = await Promise.race([once(socket, 'close').then(() => 'closed'), once(socket, 'data').then(() => 'answered')])
    })
    expect(outcome).toBe('closed')
    await connected(portOf(setting)).then((socket) => socket.destroy())
  })

  it('cut connections once an answer was on its way, which then never comes, and take new ones', async () => {
    const socket = await connected(portOf('FRESHET_STORE'))
    const heard: Buffer[] = []
    socket.on('data', (bytes) => heard.push(bytes))
    const closed = once(socket, 'close')
    const suffered = backEnd.suffer('store-cut')
    socket.write('SET a cut\r\n')
    await Promise.all([closed, suffered])
    expect(heard).toEqual([])
    expect(await command('GET a')).toBe('$3\r\ncut')
  })
})
