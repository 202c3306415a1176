import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { MigratorClient } from '@freshet/contracts/services'
import { spawnSource, temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { call, connect, stream } from '../client/client'
import { isServed } from '../client/probe'

jest.setTimeout(60_000) // processes start from source, on whatever machine this is

const file = join(__dirname, 'serve-app.fixture.ts')

/** Settings of one process: a data set in the directory, and an address. */
function settle(directory: TemporaryDirectory, grpc: string, more = {}): string {
  const path = directory.within('freshet.yaml')
  writeFileSync(path, JSON.stringify({ data: directory.within('data'), migrator: { grpc }, ...more }))
  return path
}

describe('a service as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('serves until %s, then ends with 0 and leaves a data set behind', async (signal) => {
    await using directory = await temporaryDirectory()
    const grpc = `127.0.0.1:${await freePort()}`
    await using child = spawnSource(file, ['--config', settle(directory, grpc)])
    expect(await child.next()).toBe('serving')
    const client = connect(MigratorClient, grpc)
    expect((await call(client, 'getStatus', {})).moves).toHaveLength(1)
    child.kill(signal)
    expect(await child.ended).toBe(0)
    client.close()
    expect(JSON.parse(readFileSync(directory.within('data', 'default', 'meta.json'), 'utf8'))).toMatchObject({
      schema: 1,
      name: 'default',
      partitions: 8,
    })
  })

  it('ends with 0 at a signal while it waits for a log that does not answer', async () => {
    await using directory = await temporaryDirectory()
    const grpc = `127.0.0.1:${await freePort()}`
    const nowhere = { log: 'kafka://127.0.0.1:1', store: 'redis://127.0.0.1:1' }
    await using child = spawnSource(file, ['--config', settle(directory, grpc, nowhere)])
    const client = connect(MigratorClient, grpc)
    const refusal = (): Promise<string> => call(client, 'getStatus', {}).then(String, (error: Error) => error.message)
    while (!(await refusal()).includes('Kafka')); // nobody listens until it waits
    child.kill('SIGTERM')
    expect(await child.ended).toBe(0)
    client.close()
  })

  it('ends at once at a second signal, however long the first one would wait', async () => {
    await using directory = await temporaryDirectory()
    const grpc = `127.0.0.1:${await freePort()}`
    await using child = spawnSource(file, ['--config', settle(directory, grpc, { drainMs: 3_600_000 })])
    expect(await child.next()).toBe('serving')
    const client = connect(MigratorClient, grpc)
    const endless = stream(client, 'move', { sourceAddress: '1e9', targetAddress: '' })[Symbol.asyncIterator]()
    await endless.next()
    child.kill('SIGTERM')
    while (await isServed(grpc, 'freshet.migrator.v1.Migrator')); // it drains
    child.kill('SIGTERM')
    expect(await child.ended).toBe('SIGTERM') // by the system: an exit would run what threads still use into the ground
    client.close()
  })

  it.each([
    ['settings that cannot be meant', { partitions: 0 }, 2, /echo: .*freshet\.yaml: partitions is 0/],
    ['a dictionary that there is not', { dictionary: 'nope' }, 1, /echo: .*nope/],
  ])('ends with its exit code for %s, and makes nothing', async (_, more, code, words) => {
    await using directory = await temporaryDirectory()
    await using child = spawnSource(file, ['--config', settle(directory, '127.0.0.1:1', more)])
    await expect(child.next()).rejects.toThrow(words)
    expect(await child.ended).toBe(code)
    expect(existsSync(directory.within('data'))).toBe(false)
  })

  it('ends with 4 where its port is taken, naming the setting, and makes nothing', async () => {
    await using directory = await temporaryDirectory()
    const taken = createServer()
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    )
    await using child = spawnSource(file, ['--config', settle(directory, `127.0.0.1:${port}`)])
    expect(await child.ended).toBe(4)
    expect(existsSync(directory.within('data'))).toBe(false)
    await new Promise((resolve) => taken.close(resolve))
  })

  it('shares a new data set with another that starts at the same moment', async () => {
    await using directory = await temporaryDirectory()
    const files = await Promise.all(
      [1, 2].map(async (i) => {
        const path = directory.within(`${i}.yaml`)
        writeFileSync(path, JSON.stringify({ data: directory.within('data'), migrator: { grpc: `127.0.0.1:${await freePort()}` } }))
        return path
      }),
    )
    const children = files.map((path) => spawnSource(file, ['--config', path]))
    expect(await Promise.all(children.map((child) => child.next()))).toEqual(['serving', 'serving'])
    for (const child of children) child.kill('SIGTERM')
    expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0])
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
  await new Promise((resolve) => server.close(resolve))
  return port
}
