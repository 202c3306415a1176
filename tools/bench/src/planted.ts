import { join } from 'node:path'
import { catchPlanted, copyWorkspace, PLANTED } from '@freshet/faults'
import { atLeast, exactly, type Measured } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { WORKSPACE } from './harness/workspace'

const QUICK_BUGS = 5
const CAUGHT_MIN = 20

/** Plants one mistake after the other in a copy of the workspace, and counts those that a test notices. */
async function planted({ isQuick, directory, say }: BenchScope): Promise<Record<string, Measured>> {
  const bugs = PLANTED.slice(0, isQuick ? QUICK_BUGS : undefined)
  const copy = copyWorkspace(WORKSPACE, join(directory, 'copy'))
  say(`${bugs.length} bugs to plant; first the tests as they are`)
  const missed: string[] = []
  let count = 0
  for (const { bug, isCaught, words } of catchPlanted(copy, bugs)) {
    say(`${++count}/${bugs.length} ${isCaught ? 'caught' : 'NOT CAUGHT'}: ${bug.name} (${words})`)
    if (!isCaught) missed.push(bug.name)
  }
  return {
    caught: { value: bugs.length - missed.length, unit: 'bugs', goal: atLeast(Math.min(CAUGHT_MIN, bugs.length)), isJudgedQuick: true },
    missed: { value: missed.length, unit: 'bugs', goal: exactly(0), isJudgedQuick: true },
    planted: { value: bugs.length, unit: 'bugs' },
  }
}

void runBench('planted', planted).then((code) => process.exit(code))
