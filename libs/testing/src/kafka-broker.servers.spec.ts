import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { startKafkaBroker } from './kafka-broker'
import { temporaryDirectory } from './temporary-directory'

jest.setTimeout(300_000)

const isListening = async (address: string): Promise<boolean> => {
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1')
  const answer = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return answer
}

describe('a broker of the tests', () => {
  it('is killed, returns on its port as another process, and leaves nothing behind', async () => {
    const broker = await startKafkaBroker()
    const { address, pid } = broker
    expect(await isListening(address)).toBe(true)
    await broker.kill()
    expect(await isListening(address)).toBe(false)
    await broker.restart()
    expect([await isListening(address), broker.pid === pid]).toEqual([true, false])
    await broker[Symbol.asyncDispose]()
    expect([await isListening(address), existsSync(broker.directory)]).toEqual([false, false])
  })

  it('keeps what lies in a directory that it was given, and ends also when it is halted', async () => {
    await using directory = await temporaryDirectory()
    const broker = await startKafkaBroker({ directory: directory.path })
    broker.stop()
    await broker[Symbol.asyncDispose]()
    expect(existsSync(directory.within('data', 'meta.properties'))).toBe(true)
  })
})
