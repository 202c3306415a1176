import { writeFile } from 'node:fs/promises'
import { temporaryDirectory } from '@freshet/testing'
import { RemoteReplica } from './remote-replica'

/** A process that says where it listens, or where it was told to. */
const LISTENS = `process.send(process.argv[3].endsWith(':0') ? '127.0.0.1:4711' : process.argv[3]); process.on('message', () => {})`

async function replicaOf(program: string) {
  const directory = await temporaryDirectory()
  await writeFile(directory.within('program.cjs'), program)
  return { directory, replica: new RemoteReplica(directory.path, directory.within('program.cjs')) }
}

describe('a replica in another process', () => {
  it('is started, killed, and started again where it was', async () => {
    const { directory, replica } = await replicaOf(LISTENS)
    await replica.start()
    expect(replica.address).toBe('127.0.0.1:4711')
    await replica.kill()
    await replica.kill()
    await replica.start()
    expect(replica.address).toBe('127.0.0.1:4711')
    await replica[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })

  it('says that it has ended instead of listening', async () => {
    const { directory, replica } = await replicaOf('process.exit(3)')
    await expect(replica.start()).rejects.toThrow('the process of the replica, ended by 3, is not available')
    await directory[Symbol.asyncDispose]()
  })
})
