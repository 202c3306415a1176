import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { runTests } from './run-tests'

let directory: TemporaryDirectory

beforeEach(async () => void (directory = await temporaryDirectory()))
afterEach(() => directory[Symbol.asyncDispose]())

/** Puts a runner there that says what it was asked, and reports what it is told to. */
function runner(results: readonly object[], passed = 0): string {
  const file = join(directory.path, 'node_modules/jest/bin/jest.js')
  mkdirSync(dirname(file), { recursive: true })
  const report = JSON.stringify({ numPassedTests: passed, testResults: results })
  const body = `const fs = require('fs'); const [, , ...args] = process.argv
fs.writeFileSync('${directory.within('asked.json')}', JSON.stringify(args))
fs.writeFileSync(args[1].split('=')[1], ${JSON.stringify(report)})`
  writeFileSync(file, body)
  return directory.path
}

const asked = (): string[] => JSON.parse(readFileSync(directory.within('asked.json'), 'utf8')) as string[]
const test = (fullName: string, status: string): object => ({ fullName, status })

describe('runTests', () => {
  it('asks for the named tests of the named specifications, a name taken literally', () => {
    runTests(runner([]), { specs: ['a.spec.ts', 'b.spec.ts'], test: 'is >= 1 (once)' })
    expect(asked().slice(2)).toEqual(['--silent', '--testNamePattern', 'is >= 1 \\(once\\)', '--runTestsByPath', 'a.spec.ts', 'b.spec.ts'])
  })

  it('tells failed tests from specifications that did not load', () => {
    const results = [
      { name: 'a.spec.ts', message: '', status: 'failed', assertionResults: [test('a fails', 'failed'), test('a holds', 'passed')] },
      { name: 'b.spec.ts', message: 'no such module', status: 'failed', assertionResults: [] },
    ]
    const run = runTests(runner(results, 1), { specs: ['a.spec.ts'] })
    expect(run).toEqual({ failed: ['a fails'], passed: 1, broken: ['b.spec.ts: no such module'] })
  })

  it('says so where the runner reports nothing', () => {
    const folder = runner([])
    writeFileSync(join(folder, 'node_modules/jest/bin/jest.js'), '')
    expect(() => runTests(folder, { specs: ['a.spec.ts'] })).toThrow('the test runner is not available; it left no report')
  })
})
