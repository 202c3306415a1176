import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import type { AddressInfo } from 'node:net'
import { readBlocks } from './blocks'
import { runBlocks, type Outcome } from './run-blocks'

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'freshet-docs-'))
afterAll(() => fs.rmSync(directory, { recursive: true }))

async function run(markdown: string, blockMsMax = 10_000): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for await (const outcome of runBlocks(readBlocks(markdown), { directory, blockMsMax, stopMsMax: 5000 })) outcomes.push(outcome)
  return outcomes
}

const problems = async (markdown: string, blockMsMax?: number) => (await run(markdown, blockMsMax)).map(({ problem }) => problem)
const fenced = (script: string, attributes = ''): string => `\`\`\`sh ${attributes}\n${script}\n\`\`\`\n`
const address = async (): Promise<{ port: number; url: string }> => {
  const server = http.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return { port, url: `http://127.0.0.1:${port}/` }
}
const serverOn = (port: number): string => `node -e "require('http').createServer((_, to) => to.end('here')).listen(${port}, '127.0.0.1')"`

describe('runBlocks', () => {
  it('runs each block in the folder, in order, on what the one before left there', async () => {
    expect(await problems(fenced('echo first > a.txt') + fenced('grep first a.txt'))).toEqual([undefined, undefined])
  })

  it('reports a block whose last line succeeds after one that failed, with what it printed, and goes on', async () => {
    const outcomes = await run(fenced('echo seen\nfalse\ntrue') + fenced('true'))
    expect(outcomes).toMatchObject([{ problem: 'ended with 1', printed: 'seen\n' }, { problem: undefined }])
  })

  it('gives a block no input, so that a question cannot hang it', async () => {
    expect(await problems(fenced('read answer || test -z "$answer"'))).toEqual([undefined])
  })

  it('ends a block that does not end', async () => {
    expect(await problems(fenced('exec tail -f /dev/null'), 300)).toEqual([expect.stringContaining('did not end within 300 ms')])
  })

  it('keeps a server until its section ends, and stops all that it started', async () => {
    const { port, url } = await address()
    const call = fenced(`node -e "fetch('${url}').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(2))"`)
    const server = fenced(`${serverOn(port)}`, `serves=${url}`)
    expect(await problems(`## one\n${server}${call}## two\n${call}`)).toEqual([
      undefined,
      undefined,
      expect.stringContaining('ended with 2'),
    ])
  })

  it('does not take a stranger at the address for the server that it started', async () => {
    const stranger = http.createServer((_, to) => to.end('here')).listen(0, '127.0.0.1')
    await new Promise((resolve) => stranger.once('listening', resolve))
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`
    expect(await problems(fenced('exec tail -f /dev/null', `serves=${url}`))).toEqual([expect.stringContaining('another process answered')])
    stranger.closeAllConnections()
    await new Promise((resolve) => stranger.close(resolve))
  })

  it('reports a server that ends before it answers, and one that dies before its section ends', async () => {
    const { port, url } = await address()
    expect(await run(fenced('echo no room; exit 3', `serves=${url}`))).toMatchObject([
      { problem: `ended with 3 before ${url} answered`, printed: 'no room\n' },
    ])
    const dying = `node -e "require('http').createServer((_, to) => to.end('here', () => process.exit(0))).listen(${port}, '127.0.0.1')"`
    const untilGone = `while node -e "fetch('${url}').catch(() => process.exit(1))"; do true; done`
    expect(await problems(fenced(dying, `serves=${url}`) + fenced(untilGone))).toEqual([
      undefined,
      undefined,
      expect.stringContaining('had ended'),
    ])
  })
})
