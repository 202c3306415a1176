import { writeFileSync } from 'node:fs'
import { temporaryDirectory } from '@freshet/testing'
import { tryInOwnProcess } from './own-process'

async function tried(script: string) {
  await using directory = await temporaryDirectory()
  writeFileSync(directory.within('launcher.mjs'), script)
  return await tryInOwnProcess('webgpu', directory.within('launcher.mjs'))
}

describe('a trial in a process of its own', () => {
  it('is what that process says', async () => {
    const script = `const [command, on, provider, json] = process.argv.slice(2)
      process.stdout.write(JSON.stringify({ provider, stepMs: 5, said: [command, on, json] }))`
    expect(await tried(script)).toEqual({ provider: 'webgpu', stepMs: 5, said: ['doctor', '--on', '--json'] })
  })

  it('is a trial also where the process ends otherwise than well', async () => {
    const script = `process.stdout.write(JSON.stringify({ provider: 'webgpu', reason: 'no adapter' })); process.exitCode = 1`
    expect(await tried(script)).toEqual({ provider: 'webgpu', reason: 'no adapter' })
  })

  it('tells a crash, and the last that was said before', async () => {
    const script = `process.stderr.write('first\\ndriver gave up\\n', () => process.kill(process.pid, 'SIGSEGV'))
      setInterval(() => undefined, 1000)`
    expect(await tried(script)).toEqual({ provider: 'webgpu', reason: 'its process ended by SIGSEGV: driver gave up' })
    expect(await tried(`process.exit(7)`)).toEqual({ provider: 'webgpu', reason: 'its process ended with 7' })
    expect(await tried(`process.stdout.write('{"else": 1}')`)).toEqual({ provider: 'webgpu', reason: 'its process ended with 0' })
  })
})
