import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { UnavailableError } from '@freshet/kernel'
import { temporaryDirectory } from './temporary-directory'
import { sourceArguments, spawnSource } from './spawn-source'

const echo = join(__dirname, 'echo.fixture.ts')

describe('a process run from source', () => {
  it('runs TypeScript that imports our packages, and hands messages over in order', async () => {
    await using child = spawnSource(echo, ['a', 'b'], { environment: { FLAVOUR: 'plain' } })
    child.send('one')
    child.send('two')
    expect(await child.next()).toEqual({ message: 'one', args: ['a', 'b'], nowMs: 7, flavour: 'plain' })
    expect(await child.next()).toMatchObject({ message: 'two' })
  })

  it('says the last words of a child that ended instead of answering', async () => {
    await using child = spawnSource(echo)
    child.send('fail')
    const answer = child.next()
    await expect(answer).rejects.toThrow(UnavailableError)
    await expect(answer).rejects.toThrow(/it must not fail; send another/)
    await expect(child.next()).rejects.toThrow(UnavailableError)
    expect(await child.ended).toBe(1)
  })

  it('ends by the signal that it is sent', async () => {
    await using child = spawnSource(echo)
    child.send('one')
    await child.next()
    child.kill()
    expect(await child.ended).toBe('SIGKILL')
  })

  it('meets the end of its disk where the file limit says', async () => {
    await using directory = await temporaryDirectory()
    await using child = spawnSource(join(__dirname, 'fill.fixture.ts'), [directory.within('file')], { fileBytesMax: 64 * 1024 })
    expect(await child.next()).toEqual({ code: 'EFBIG', written: 64 * 1024 })
  })

  it('lends its arguments to worker threads', async () => {
    const worker = new Worker(join(__dirname, 'worker.fixture.ts'), { execArgv: [...sourceArguments] })
    const [message] = await once(worker, 'message')
    expect(message).toBe(11)
    await worker.terminate()
  })
})
