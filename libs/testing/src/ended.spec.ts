import { spawn } from 'node:child_process'
import { ended } from './ended'

describe('a process that has ended', () => {
  it('says by which signal it was, or with which code, also to who asks late', async () => {
    const killed = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const told = ended(killed)
    killed.kill('SIGKILL')
    expect(await told).toBe('SIGKILL')
    expect(await ended(killed)).toBe('SIGKILL')
    expect(await ended(spawn(process.execPath, ['-e', 'process.exit(7)']))).toBe('code 7')
  })
})
