import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { ENCOUNTERS, type Least, leastOf, NO_LEAST, sumOf, type Tally } from '@freshet/faults/simulator'
import { InvalidFieldError } from '@freshet/kernel'
import { atLeast, exactly, type Measured } from '../harness/report'

/** Seeds in a row, both ends included. */
export interface SeedRange {
  readonly from: number
  readonly to: number
}

/** What a range of seeds came to: a line of the file in which runs add up. */
export interface RangeRecord extends SeedRange {
  /** How many seeds saw a rule broken. */
  readonly violations: number
  readonly actions: number
  /** What the seeds had of each that had least of it; absent where an earlier version did not count. */
  readonly least?: Least
  readonly seconds: number
  /** What was met, and how often. */
  readonly tally: Tally
}

/** As earlier versions may have written it: of fewer encounters, or of none. */
type EarlierRecord = Omit<RangeRecord, 'tally'> & { readonly tally?: Partial<Tally> }

/** What the promise is held to. */
export const FULL_SEEDS = 1_000_000
const [ACTIONS_MIN, FAULTS_MIN] = [200, 3]

/** The ranges of earlier runs. */
export function readRanges(file: string): RangeRecord[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EarlierRecord)
    .map((record) => ({ ...record, tally: sumOf(record.tally ?? {}) }))
}

/** Adds one. */
export const appendRange = (file: string, record: RangeRecord): void => appendFileSync(file, `${JSON.stringify(record)}\n`)

/** Makes sure that no seed counts twice. Throws InvalidFieldError naming the range that is there already. */
export function assertApart(records: readonly SeedRange[], { from, to }: SeedRange): void {
  const there = records.find((each) => each.from <= to && from <= each.to)
  if (there === undefined) return
  const rule = `seeds ${there.from}..${there.to} have been counted`
  const next = Math.max(...records.map((each) => each.to)) + 1
  throw new InvalidFieldError({ field: 'seeds', value: `${from}..${to}`, rule, remedy: `go on with ${next}..${next + to - from}` })
}

/** The figures over all of them. */
export function figuresOf(records: readonly RangeRecord[]): Record<string, Measured> {
  const sum = (of: (record: RangeRecord) => number): number => records.reduce((total, record) => total + of(record), 0)
  const seeds = sum(({ from, to }) => to - from + 1)
  const least = records.reduce((so, each) => leastOf(so, each.least ?? NO_LEAST), NO_LEAST)
  const counted = (value: number): number | null => (Number.isFinite(value) ? value : null)
  const mean = (total: number, by: number): number | null => (by > 0 ? total / by : null)
  return {
    violations: { value: sum(({ violations }) => violations), unit: 'seeds', goal: exactly(0), isJudgedQuick: true },
    seeds: { value: seeds, unit: 'seeds', goal: atLeast(FULL_SEEDS) },
    seeds_per_s: {
      value: mean(
        seeds,
        sum(({ seconds }) => seconds),
      ),
      unit: 'seeds/s',
    },
    actions_per_seed: {
      value: mean(
        sum(({ actions }) => actions),
        seeds,
      ),
      unit: 'actions',
    },
    actions_min: { value: counted(least.actions), unit: 'actions, the least of a seed', goal: atLeast(ACTIONS_MIN), isJudgedQuick: true },
    faults_min: { value: counted(least.faults), unit: 'faults, the least of a seed', goal: atLeast(FAULTS_MIN), isJudgedQuick: true },
    ...encounters(sumOf(...records.map(({ tally }) => tally))),
  }
}

/**
 * How often the seeds met what can be met, and how much of it they never met: a simulator that has stopped meeting something proves nothing of it. A part of
 * a million may be too short for the rarest; ten thousand are not.
 */
function encounters(tally: Tally): Record<string, Measured> {
  const never = ENCOUNTERS.filter((each) => tally[each] === 0).length
  return {
    never_met: { value: never, unit: `of ${ENCOUNTERS.length} encounters`, goal: exactly(0), isJudgedQuick: true },
    ...Object.fromEntries(ENCOUNTERS.map((each) => [each, { value: tally[each], unit: 'times', goal: atLeast(1), isJudgedQuick: true }])),
  }
}
