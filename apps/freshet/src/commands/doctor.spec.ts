import { writeFileSync } from 'node:fs'
import { temporaryDirectory } from '@freshet/testing'
import { runCaptured } from '../services.fixture'

describe('freshet doctor', () => {
  it('tries a training step on one provider, in this process', async () => {
    const { code, stdout } = await runCaptured(['doctor', '--on', 'cpu', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ provider: 'cpu', comparison: { isBitEqual: true } })
  })

  it('refuses a provider that the installed runtime does not offer', async () => {
    const { code, stdout, stderr } = await runCaptured(['doctor', '--on', 'abacus'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^freshet: providers is 'abacus', but the installed ONNX Runtime offers cpu.*; name some of these/)
  })

  it('refuses settings that cannot be meant before it looks at anything', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('freshet.yaml'), 'providers: CPU\n')
    const { code, stderr } = await runCaptured(['doctor', '--config', directory.within('freshet.yaml')])
    expect(code).toBe(2)
    expect(stderr).toContain('providers is "CPU", but invalid input: expected array')
  })
})
