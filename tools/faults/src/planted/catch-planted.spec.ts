import { PreconditionError } from '@freshet/kernel'
import { catchPlanted } from './catch-planted'
import type { PlantedBug } from './planted-bug'
import type { TestChoice, TestRun } from './run-tests'
import type { WorkspaceCopy } from './workspace-copy'

const bug = (name: string, spec = 'a.spec.ts'): PlantedBug => ({
  name,
  file: 'a.ts',
  right: 'r',
  wrong: 'w',
  spec,
  test: `notices ${name}`,
})
const PASSED: TestRun = { failed: [], passed: 1, broken: [] }

/** A copy that keeps what is planted, and a runner that answers by it. */
function stage(answers: Readonly<Record<string, TestRun>>) {
  const planted: string[] = []
  const asked: (TestChoice & { readonly with: string })[] = []
  const copy: WorkspaceCopy = {
    directory: '/copy',
    plant({ name }) {
      planted.push(name)
      return () => void planted.pop()
    },
  }
  const run = (_: string, choice: TestChoice): TestRun => {
    asked.push({ ...choice, with: planted.join() })
    return answers[planted.join()] ?? PASSED
  }
  return { copy, run, asked, planted }
}

describe('catchPlanted', () => {
  it('runs all specifications without a bug first, each once, and then one test for each bug alone', () => {
    const { copy, run, asked, planted } = stage({})
    expect([...catchPlanted(copy, [bug('x'), bug('y'), bug('z', 'b.spec.ts')], run)]).toHaveLength(3)
    expect(asked).toEqual([
      { specs: ['a.spec.ts', 'b.spec.ts'], with: '' },
      { specs: ['a.spec.ts'], test: 'notices x', with: 'x' },
      { specs: ['a.spec.ts'], test: 'notices y', with: 'y' },
      { specs: ['b.spec.ts'], test: 'notices z', with: 'z' },
    ])
    expect(planted).toEqual([])
  })

  it.each<[string, TestRun, boolean, string]>([
    ['its test fails', { failed: ['a notices x'], passed: 0, broken: [] }, true, 'a notices x'],
    ['its test passes all the same', PASSED, false, 'its test passes all the same'],
    ['no test is called so', { ...PASSED, passed: 0 }, false, "no test of a.spec.ts is called 'notices x'"],
    ['the specification does not load any more', { failed: [], passed: 0, broken: ['a.spec.ts: no such module'] }, false, 'nothing ran'],
  ])('calls a bug caught only where a test noticed it: %s', (_, answer, isCaught, words) => {
    const { copy, run } = stage({ x: answer })
    expect([...catchPlanted(copy, [bug('x')], run)]).toEqual([{ bug: bug('x'), isCaught, words: expect.stringContaining(words) }])
  })

  it('refuses to judge by tests that fail without any bug', () => {
    const { copy, run } = stage({ '': { failed: ['a is tired'], passed: 0, broken: [] } })
    expect(() => [...catchPlanted(copy, [bug('x')], run)]).toThrow(PreconditionError)
    expect(() => [...catchPlanted(copy, [bug('x')], run)]).toThrow('fail without any: a is tired; mend them first')
  })
})
