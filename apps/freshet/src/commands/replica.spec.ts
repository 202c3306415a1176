import { existsSync } from 'node:fs'
import { ReplicaClient } from '@freshet/contracts/services'
import { call, connect } from '@freshet/service'
import { temporaryDirectory } from '@freshet/testing'
import { runProgram } from '../program'
import { runCaptured } from '../services.fixture'

/** What it says when it serves. */
interface Facts {
  readonly grpc: string
  readonly dictionary: string
}

describe('freshet replica', () => {
  it('serves at the address that it was given until it is told to end, and makes no data set', async () => {
    await using directory = await temporaryDirectory()
    const { FRESHET_DATA: before } = process.env
    Object.assign(process.env, { FRESHET_DATA: directory.within('data'), FRESHET_LOGGING_LEVEL: 'silent' })
    try {
      let serve: (text: string) => void = () => undefined
      const serving = new Promise<string>((resolve) => (serve = resolve))
      const output = { stdout: { write: (text: string) => serve(text) }, stderr: { write: () => undefined } }
      const ended = runProgram(['replica', '--listen', '127.0.0.1:0', '--dictionary', 'demo', '--json'], output)
      const { grpc, dictionary } = JSON.parse(await serving) as Facts
      const client = connect(ReplicaClient, grpc)
      expect(await call(client, 'getStatus', {})).toEqual({ streams: 0, shards: 0 })
      client.close()
      process.emit('SIGTERM')
      expect(await ended).toBe(0)
      expect([dictionary, existsSync(directory.within('data'))]).toEqual([expect.stringMatching(/^[0-9a-f]{16,}$/), false])
    } finally {
      delete process.env.FRESHET_LOGGING_LEVEL
      if (before === undefined) delete process.env.FRESHET_DATA
      else process.env.FRESHET_DATA = before
    }
  }, 60_000)

  it.each([
    [['--listen', 'here'], 2, /replica\.grpc is "here", but must be host:port/],
    [['--dictionary', 'no-such'], 1, /no-such/],
  ])('%j is refused before anything listens', async (args, code, said) => {
    const outcome = await runCaptured(['replica', ...args])
    expect([outcome.code, outcome.stdout]).toEqual([code, ''])
    expect(outcome.stderr).toMatch(said)
  })
})
