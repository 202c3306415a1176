import { replaySeed, runSeedsInThreads, type SeedsDone } from '@freshet/faults/simulator'
import { atLeast, exactly } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'

const FULL_SEEDS = 1_000_000
const QUICK_SEEDS = 10_000
const SAY_EVERY_MS = 15_000
const SAID_MAX = 20 // seeds with a broken rule: the first tell enough

/** The protocol under faults, a million schedules of it; `--seed N` tells one of them, line by line. */
async function simulate({ isQuick, options, say }: BenchScope) {
  if (options.seed !== undefined) return tell(Number(options.seed), say)
  const seeds = isQuick ? QUICK_SEEDS : FULL_SEEDS
  const startedMs = performance.now()
  const done = { seeds: 0, actions: 0, violated: 0 }
  let saidMs = startedMs
  await runSeedsInThreads(1, seeds + 1, (some: SeedsDone) => {
    for (const { seed, rule } of some.violated) {
      if (++done.violated <= SAID_MAX) say(`seed ${seed}: ${rule}\n  the schedule: npm run -s bench -- simulate --seed ${seed}`)
    }
    done.seeds += some.seeds
    done.actions += some.actions
    if (performance.now() - saidMs < SAY_EVERY_MS) return
    saidMs = performance.now()
    say(`${done.seeds.toLocaleString('en-US')} seeds, ${done.violated} with a broken rule`)
  })
  const seconds = (performance.now() - startedMs) / 1000
  return {
    violations: { value: done.violated, unit: 'seeds', goal: exactly(0), isJudgedQuick: true },
    seeds: { value: done.seeds, unit: 'seeds', goal: atLeast(FULL_SEEDS) },
    seeds_per_s: { value: done.seeds / seconds, unit: 'seeds/s' },
    actions_per_seed: { value: done.actions / done.seeds, unit: 'actions', goal: atLeast(200), isJudgedQuick: true },
  }
}

async function tell(seed: number, say: (text: string) => void) {
  const { lines, violations, actions, faults } = await replaySeed({ seed })
  for (const line of lines) say(line)
  say(`seed ${seed}: ${actions} actions, ${faults} faults, ${violations.length === 0 ? 'no rule broken' : violations.join('\n')}`)
  return { violations: { value: violations.length > 0 ? 1 : 0, unit: 'seeds', goal: exactly(0), isJudgedQuick: true } }
}

void runBench('simulate', simulate, { knows: ['seed'] }).then((code) => process.exit(code))
