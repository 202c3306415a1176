import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '@freshet/kernel'

/** What came of a run. */
export interface TestRun {
  /** The full names of tests that failed. */
  readonly failed: readonly string[]
  readonly passed: number
  /** Specifications that did not even load, or a run that did not end: nothing is said by that. */
  readonly broken: readonly string[]
}

/** Which tests. */
export interface TestChoice {
  readonly specs: readonly string[]
  /** Part of the full name of those that run; all of the specifications' where it is absent. */
  readonly test?: string
}

const PATIENCE_MS = 180_000

/** Runs tests from source, in a copy of the workspace. Throws UnavailableError where the runner said nothing. */
export function runTests(directory: string, { specs, test }: TestChoice): TestRun {
  const report = join(directory, '.test-run.json')
  rmSync(report, { force: true })
  const named = test === undefined ? [] : ['--testNamePattern', test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')]
  const runner = join(directory, 'node_modules', 'jest', 'bin', 'jest.js')
  const args = [runner, '--json', `--outputFile=${report}`, '--silent', ...named, '--runTestsByPath', ...specs]
  const { error } = spawnSync(process.execPath, args, { cwd: directory, stdio: 'ignore', timeout: PATIENCE_MS, killSignal: 'SIGKILL' })
  if (error) return { failed: [], passed: 0, broken: [`${specs.join(' ')}: ${error.message}`] }
  return read(report)
}

interface Report {
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly status: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

function read(file: string): TestRun {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new UnavailableError('the test runner', 'it left no report; run the specification by hand')
  }
  const { numPassedTests: passed, testResults } = JSON.parse(text) as Report
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  )
  const broken = testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
  return { failed, passed, broken: broken.map(({ name, message }) => `${name}: ${message}`) }
}
