import { PreconditionError } from '@freshet/kernel'
import type { PlantedBug } from './planted-bug'
import { runTests, type TestRun } from './run-tests'
import type { WorkspaceCopy } from './workspace-copy'

/** What became of a bug. */
export interface Catch {
  readonly bug: PlantedBug
  readonly isCaught: boolean
  /** The test that noticed, or why none did. */
  readonly words: string
}

/**
 * Plants one bug after the other in a copy and runs the test that must notice it.
 *
 * A bug is caught where that test fails; a specification that no longer loads has caught nothing. Throws PreconditionError where the copy's tests fail
 * without any bug: then their failing would say nothing.
 */
export function* catchPlanted(copy: WorkspaceCopy, bugs: readonly PlantedBug[], run: typeof runTests = runTests): Generator<Catch> {
  const specs = [...new Set(bugs.map(({ spec }) => spec))]
  assertSound(run(copy.directory, { specs }), bugs.length)
  for (const bug of bugs) {
    const undo = copy.plant(bug)
    try {
      yield judge(bug, run(copy.directory, { specs: [bug.spec], test: bug.test }))
    } finally {
      undo()
    }
  }
}

function assertSound({ failed, broken }: TestRun, bugs: number): void {
  const reasons = [...failed, ...broken]
  if (reasons.length > 0)
    throw new PreconditionError(`the tests that must notice ${bugs} bugs fail without any: ${reasons.join('; ')}`, 'mend them first')
}

function judge(bug: PlantedBug, { failed, passed, broken }: TestRun): Catch {
  if (broken.length > 0) return { bug, isCaught: false, words: `nothing ran: ${broken.join('; ')}` }
  if (failed.length > 0) return { bug, isCaught: true, words: failed[0] }
  return { bug, isCaught: false, words: passed === 0 ? `no test of ${bug.spec} is called '${bug.test}'` : 'its test passes all the same' }
}
