import { once } from 'node:events'
import { createServer, Socket, type AddressInfo, type Server } from 'node:net'
import { Sockets } from './sockets'

const PLAIN = { host: '127.0.0.1', ssl: undefined as never }
let server: Server
let accepted: Socket[]

beforeEach(async () => {
  accepted = []
  server = createServer((socket) => accepted.push(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  for (const socket of accepted) socket.destroy()
  await once(server.close(), 'close')
})

const port = (): number => (server.address() as AddressInfo).port

describe('the sockets of a log', () => {
  it('are counted while they are open, whoever closes them', async () => {
    const sockets = new Sockets()
    const socket = sockets.factory({ ...PLAIN, port: port(), onConnect: () => {} })
    await once(socket, 'connect')
    expect(sockets.size).toBe(1)
    socket.destroy()
    await once(socket, 'close')
    expect(sockets.size).toBe(0)
  })

  it('end all at once, also those that nobody remembers, as errors, so that whoever times their requests stops', async () => {
    const sockets = new Sockets()
    const made = [1, 2, 3].map(() => sockets.factory({ ...PLAIN, port: port(), onConnect: () => {} }))
    await Promise.all(made.map((socket) => once(socket, 'connect')))
    const failures: Error[] = []
    for (const socket of made) socket.on('error', (error) => failures.push(error))
    const closed = made.map((socket) => new Promise((resolve) => void socket.once('close', resolve)))
    sockets.destroy()
    await Promise.all(closed)
    expect(failures.map(({ message }) => message)).toEqual(Array(3).fill(expect.stringContaining('it was closed')))
    expect([sockets.size, made.every(({ destroyed }) => destroyed)]).toEqual([0, true])
  })

  it('gather no listeners once they are closed, however often they are let go of', async () => {
    const sockets = new Sockets()
    const socket = sockets.factory({ ...PLAIN, port: port(), onConnect: () => {} })
    await once(socket, 'connect')
    socket.destroy()
    await once(socket, 'close')
    for (let attempt = 0; attempt < 20; attempt++) expect(socket.unref()).toBe(socket)
    expect(socket.listenerCount('connect')).toBe(0)
  })

  it('fail where the other side leaves in the middle of a handshake', async () => {
    const sockets = new Sockets()
    const calls: string[] = []
    const socket = sockets.factory({ host: '127.0.0.1', port: port(), ssl: {}, onConnect: () => calls.push('made') })
    const failure = new Promise((resolve) => void socket.once('error', resolve))
    const closed = new Promise((resolve) => void socket.once('close', resolve))
    await once(server, 'connection')
    accepted[0].end()
    expect(await failure).toMatchObject({ code: 'ECONNRESET' })
    await closed
    expect([calls, sockets.size]).toEqual([[], 0])
  })

  it('are made by who is given for that, with all that they need', () => {
    const own = new Socket()
    const asked: unknown[] = []
    const sockets = new Sockets(({ host, port: at }) => {
      asked.push([host, at])
      return own
    })
    expect(sockets.factory({ ...PLAIN, port: 9092, onConnect: () => {} })).toBe(own)
    expect([asked, sockets.size]).toEqual([[['127.0.0.1', 9092]], 1])
  })
})
