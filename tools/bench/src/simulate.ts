import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { leastOf, NO_LEAST, replaySeed, runSeedsInThreads, type SeedsDone, sumOf } from '@freshet/faults/simulator'
import { InvalidFieldError } from '@freshet/kernel'
import { readSeeds } from './faults/seeds'
import { exactly } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { appendRange, assertApart, figuresOf, FULL_SEEDS, type RangeRecord, readRanges, type SeedRange } from './simulate/seed-range'
import { type FailingSeed, tellSeeds } from './simulate/tell-seeds'

const QUICK_SEEDS = 10_000
const SAY_EVERY_MS = 15_000
const SCHEDULES = join(tmpdir(), 'freshet-schedules')

/**
 * The protocol under faults, a million schedules of it. `--seeds A..B --append FILE` adds a part of them to what a file holds, and
 * `--append FILE` alone adds up what is there; `--seed N` tells one, line by line. The schedules of seeds that see a rule broken are kept.
 */
async function simulate({ isQuick, options, say }: BenchScope) {
  if (options.seed !== undefined) return tell(Number(options.seed), say)
  const records = options.append === undefined ? [] : readRanges(options.append)
  if (options.append !== undefined && options.seeds === undefined) return figuresOf(records)
  const range = rangeOf(options.seeds ?? `1..${isQuick ? QUICK_SEEDS : FULL_SEEDS}`)
  assertApart(records, range)
  const record = await run(range, threadsOf(options.threads), say)
  if (options.append !== undefined) appendRange(options.append, record)
  return figuresOf([...records, record])
}

function rangeOf(text: string): SeedRange {
  const seeds = readSeeds(text)
  return { from: seeds[0], to: seeds[seeds.length - 1] }
}

function threadsOf(text = String(availableParallelism())): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new InvalidFieldError({ field: 'threads', value: text, rule: 'threads are 1 to 99', remedy: 'leave it out for all processors' })
}

async function run({ from, to }: SeedRange, threads: number, say: (text: string) => void): Promise<RangeRecord> {
  const startedMs = performance.now()
  const done = { seeds: 0, actions: 0, least: NO_LEAST, tally: sumOf() }
  const failing: FailingSeed[] = []
  let saidMs = startedMs
  await runSeedsInThreads({ from, below: to + 1, threads }, (some: SeedsDone) => {
    failing.push(...some.violated)
    done.seeds += some.seeds
    done.actions += some.actions
    done.least = leastOf(done.least, some.least)
    done.tally = sumOf(done.tally, some.tally)
    if (performance.now() - saidMs < SAY_EVERY_MS) return
    saidMs = performance.now()
    say(`${done.seeds.toLocaleString('en-US')} seeds, ${failing.length} with a broken rule`)
  })
  const { actions, least, tally } = done
  const seconds = (performance.now() - startedMs) / 1000
  await tellSeeds(failing, { directory: SCHEDULES, say })
  return { from, to, violations: failing.length, actions, least, seconds, tally }
}

async function tell(seed: number, say: (text: string) => void) {
  const { lines, violations, actions, faults } = await replaySeed({ seed })
  for (const line of lines) say(line)
  say(`seed ${seed}: ${actions} actions, ${faults} faults, ${violations.length === 0 ? 'no rule broken' : violations.join('\n')}`)
  return { violations: { value: violations.length > 0 ? 1 : 0, unit: 'seeds', goal: exactly(0), isJudgedQuick: true } }
}

void runBench('simulate', simulate, { knows: ['seed', 'seeds', 'append', 'threads'] }).then((code) => process.exit(code))
