import Broker from 'kafkajs/src/broker'
import { finishConnects } from './whole-connects'

/** A broker of kafkajs, the sockets that were made to it, and what it answers when it is asked what it speaks. */
function room(...answers: readonly (() => Promise<object>)[]) {
  const [asked, ended]: boolean[][] = [[], []]
  const logger = { namespace: () => logger, debug: () => {}, error: () => {} }
  const connection = { getSupportAuthenticationProtocol: () => true, authenticate: async () => {} }
  const socket = { isOpen: false, made: 0, refuses: false }
  const connectionPool = {
    connectionTimeout: 1000,
    isConnected: () => socket.isOpen,
    getConnection: async () => {
      if (socket.refuses) throw new Error('nobody listens')
      if (!socket.isOpen) socket.made++
      socket.isOpen = true
      return connection
    },
    send: () => answers[asked.push(true) - 1](),
    setVersions: () => {},
    destroy: async () => {
      socket.isOpen = false
      ended.push(true)
    },
  }
  return { broker: new Broker({ connectionPool, logger }), socket, asked, ended }
}

const speaks = async (): Promise<object> => ({ apiVersions: [] })
const standsStill = (): Promise<object> => Promise.reject(new Error('Request ApiVersions timed out'))

describe('a connection of kafkajs to a broker', () => {
  beforeAll(finishConnects)

  it('is made anew where the broker stood still before it said what it speaks', async () => {
    finishConnects()
    const { broker, socket, asked } = room(standsStill, speaks)
    await expect(broker.connect()).rejects.toThrow('timed out')
    expect(broker.isConnected()).toBe(false)
    await broker.connect()
    expect([broker.isConnected(), socket.made, asked.length]).toEqual([true, 2, 2])
  })

  it('is begun once for all who ask, and fails for all of them', async () => {
    const { broker, socket } = room(standsStill, speaks)
    const attempts = await Promise.allSettled([broker.connect(), broker.connect(), broker.connect()])
    expect([attempts.map(({ status }) => status), socket.made]).toEqual([['rejected', 'rejected', 'rejected'], 1])
    await Promise.all([broker.connect(), broker.connect()])
    expect(socket.made).toBe(2)
  })

  it('is ended only where it was begun', async () => {
    const { broker, socket, ended } = room()
    socket.refuses = true
    await expect(broker.connect()).rejects.toThrow('nobody listens')
    expect(ended).toEqual([])
  })

  it('stays where it is whole', async () => {
    const { broker, socket } = room(speaks)
    await broker.connect()
    await broker.connect()
    expect([broker.isConnected(), socket.made]).toEqual([true, 1])
  })
})
