import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { startCutProxy } from './cut-proxy'
import { freePorts } from './free-ports'

/** A server that answers each message with it in capitals, and remembers them. */
async function startEcho(): Promise<AsyncDisposable & { readonly port: number; readonly heard: string[] }> {
  const heard: string[] = []
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('data', (text) => {
      heard.push(String(text))
      socket.write(String(text).toUpperCase())
    })
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, heard, [Symbol.asyncDispose]: async () => void (await once(server.close(), 'close')) }
}

async function client(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  await once(socket, 'connect')
  return socket.on('error', () => {})
}

describe('a proxy that cuts', () => {
  it('lets requests and answers through until it is told otherwise', async () => {
    await using echo = await startEcho()
    await using proxy = await startCutProxy({ to: echo.port })
    const socket = await client(proxy.port)
    socket.write('one')
    expect(await once(socket, 'data')).toEqual(['ONE'])
  })

  it('keeps an answer back, says that there was one, and ends the connection', async () => {
    await using echo = await startEcho()
    await using proxy = await startCutProxy({ to: echo.port })
    const socket = await client(proxy.port)
    const got: unknown[] = []
    socket.on('data', (text) => got.push(text))
    proxy.muteAnswers()
    const answered = proxy.answered()
    socket.write('two')
    await answered
    const closed = once(socket, 'close')
    proxy.cut()
    await closed
    expect([echo.heard, got]).toEqual([['two'], []])
  })

  it('takes new connections after a cut', async () => {
    await using echo = await startEcho()
    const [port] = await freePorts(1)
    await using proxy = await startCutProxy({ to: echo.port, port })
    proxy.muteAnswers()
    proxy.cut()
    proxy.restore()
    const socket = await client(port)
    socket.write('three')
    expect(await once(socket, 'data')).toEqual(['THREE'])
  })
})
