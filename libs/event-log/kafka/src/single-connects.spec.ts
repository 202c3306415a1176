import { EventEmitter } from 'node:events'
import Connection from 'kafkajs/src/network/connection'
import { shareConnects } from './single-connects'

/** A connection of kafkajs whose sockets are made here, and connect when they are told to. */
function connectionTo(sockets: { readonly onConnect: () => void; readonly socket: EventEmitter }[]): Connection {
  const logger = { namespace: () => logger, debug: () => {}, error: () => {} }
  const socketFactory = ({ onConnect }: { onConnect: () => void }): EventEmitter => {
    const socket = Object.assign(new EventEmitter(), { end: () => {}, unref: () => {} })
    sockets.push({ onConnect, socket })
    return socket
  }
  return new Connection({ host: 'broker', port: 9092, logger, socketFactory, requestTimeout: 1000, connectionTimeout: 1000 })
}

describe('a connection of kafkajs that several requests find broken', () => {
  const sockets: { readonly onConnect: () => void; readonly socket: EventEmitter }[] = []

  beforeAll(shareConnects)
  beforeEach(() => void sockets.splice(0))

  it('is made anew once, however often it was asked to share', async () => {
    shareConnects()
    const connection = connectionTo(sockets)
    const attempts = [connection.connect(), connection.connect(), connection.connect()]
    expect(sockets).toHaveLength(1)
    sockets[0].onConnect()
    expect(await Promise.all(attempts)).toEqual([true, true, true])
    await connection.disconnect()
  })

  it('is tried again by the next request after an attempt that failed', async () => {
    const connection = connectionTo(sockets)
    const refused = connection.connect()
    sockets[0].socket.emit('error', new Error('nobody listens'))
    await expect(refused).rejects.toThrow('nobody listens')
    const second = connection.connect()
    sockets[1].onConnect()
    expect(await second).toBe(true)
    await connection.disconnect()
  })

  it('keeps nobody waiting for another one', async () => {
    const [first, second] = [connectionTo(sockets), connectionTo(sockets)]
    void first.connect()
    const other = second.connect()
    sockets[1].onConnect()
    expect(await other).toBe(true)
    sockets[0].onConnect()
    await Promise.all([first.disconnect(), second.disconnect()])
  })
})
