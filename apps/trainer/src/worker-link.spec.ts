import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig, type ConfigInput } from '@freshet/service'
import { freePorts, temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { WorkerLink } from './worker-link'

/** Starts the thread from source, as a thread of its own. */
async function scriptIn(directory: TemporaryDirectory): Promise<string> {
  const script = directory.within('thread.cjs')
  const options = JSON.stringify(join(__dirname, '../../../tools/jest/swc.cjs'))
  await writeFile(
    script,
    `
    const { readFileSync } = require('node:fs')
    const { createRequire } = require('node:module')
    const here = createRequire(${JSON.stringify(join(__dirname, 'step-worker.ts'))})
    const { transformSync } = here('@swc/core')
    require.extensions['.ts'] = (module, filename) =>
      module._compile(transformSync(readFileSync(filename, 'utf8'), { ...require(${options}), filename }).code, filename)
    here('./step-worker.ts')
  `,
  )
  return script
}

type Notice = Parameters<ConstructorParameters<typeof WorkerLink>[1]['onNotice']>[0]

interface Opened {
  readonly link: WorkerLink
  readonly notices: Notice[]
  readonly ends: (Error | undefined)[]
}

async function open(directory: TemporaryDirectory, id: string, more: ConfigInput = {}): Promise<Opened> {
  const config = loadConfig({ env: {}, overrides: { data: directory.path, dictionary: 'demo', ...more } })
  const [notices, ends]: [Notice[], (Error | undefined)[]] = [[], []]
  const listener = { onNotice: (notice: Notice) => notices.push(notice), onEnd: (error: Error | undefined) => ends.push(error) }
  return {
    link: new WorkerLink({ config, id }, listener, { script: await scriptIn(directory), execArgv: ['-C', '@freshet/source'] }),
    notices,
    ends,
  }
}

describe('the thread that learns', () => {
  it('says by its code why it cannot begin, and whether that may pass', async () => {
    await using directory = await temporaryDirectory()
    const [port] = await freePorts(1)
    const overrides = { data: directory.path, log: `kafka://127.0.0.1:${port}`, kafka: { deadlineMs: 100 } }
    const { link } = await open(directory, 'a-1', overrides)
    await expect(link.ready).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  })

  it('answers, makes a version that the next one opens, and ends in order', async () => {
    await using directory = await temporaryDirectory()
    const first = await open(directory, 'a-1')
    await first.link.ready
    expect(await first.link.ask('status')).toMatchObject({ id: 'a-1', step: 0 })
    const { name, digest } = await first.link.ask('checkpoint')
    expect(await first.link.ask('audit', 0)).toEqual({ step: 0, digest })
    await expect(first.link.ask('audit', -1)).rejects.toThrow('step -1 is behind the trainer')
    await first.link.stop()
    expect(first.ends).toEqual([undefined])
    const second = await open(directory, 'a-2')
    await second.link.ready
    expect(second.notices[0]).toMatchObject({ kind: 'recovery', phase: 'opened', version: name })
    await second.link.stop()
    await expect(second.link.ended).resolves.toBeUndefined()
  })

  it('says why it cannot begin', async () => {
    await using directory = await temporaryDirectory()
    const { link, ends } = await open(directory, 'a', { dictionary: 'no-such-dictionary' })
    await expect(link.ready).rejects.toThrow('no-such-dictionary')
    await link.ended
    expect(ends).toHaveLength(1)
  })
})
