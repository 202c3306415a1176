import { spawnSync } from 'node:child_process'
import path from 'node:path'

describe('the launcher', () => {
  it('answers an unknown name with what there is, and keeps stdout for documents', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.resolve(__dirname, '../../bin/bench.mjs'), 'no-such-bench'], {
      encoding: 'utf8',
    })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain("bench 'no-such-bench' does not exist; the benches are:")
  })
})
