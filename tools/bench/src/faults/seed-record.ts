import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { InvalidFieldError } from '@freshet/kernel'
import type { EngineName } from '../harness/engine-name'
import { quantile } from '../harness/quantile'
import { atLeast, atMost, exactly, type Measured } from '../harness/report'
import type { Verdict } from './verdict'

/** What one seed came to: a line of the file in which runs add up. */
export interface SeedRecord extends Verdict {
  readonly seed: number
  readonly engine: EngineName
  readonly faults: number
  /** Why the siege did not come to its end; absent where it did. */
  readonly failed?: string
  /** From the end of an owner to the next new step, with a standby attached. */
  readonly hotMs: readonly number[]
  /** From a relaunch to the next new step, with nobody else there. */
  readonly coldMs: readonly number[]
  /** How many records the log has let go of; absent where it kept all. */
  readonly released?: number
  /** Which share of the machine's CPU time others took meanwhile, 0 to 1; null or absent where nobody knows. */
  readonly othersShare?: number | null
}

const FAULTS_MIN = 1000
const HOT_MS_MAX = 2000
const COLD_MS_MAX = 6000
const QUIET_SHARE_MAX = 0.1 // a machine that others use more is not a quiet one, and what recovers on it waits for them

/** The seeds of earlier runs. */
export function readRecords(file: string): SeedRecord[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SeedRecord)
}

/** Makes sure that no seed counts twice. Throws InvalidFieldError naming the one that is there already. */
export function assertNew(records: readonly SeedRecord[], { seed, engine }: Pick<SeedRecord, 'seed' | 'engine'>): void {
  if (!records.some((each) => each.seed === seed && each.engine === engine && each.failed === undefined)) return
  const rule = `seed ${seed} has been counted on ${engine}`
  throw new InvalidFieldError({ field: 'seeds', value: seed, rule, remedy: 'choose others, or append to another file' })
}

/** A siege that hung, or ended by an error: a house that does not recover is what must show. */
export const failedRecord = (of: Pick<SeedRecord, 'seed' | 'engine'>, error: unknown): SeedRecord => ({
  ...of,
  ...{ faults: 0, lost: 0, doubled: 0, digestsDiffering: 0, featuresDiffering: 0, hotMs: [], coldMs: [] },
  failed: error instanceof Error ? error.message : String(error),
})

/** Adds one. */
export const appendRecord = (file: string, record: SeedRecord): void => appendFileSync(file, `${JSON.stringify(record)}\n`)

/**
 * The figures over all of them. What must be 0 is so on any machine; how long a recovery may take is promised of a quiet one, so the goals hold for
 * seeds during which others took at most a tenth of the CPU, and the same over all seeds stands beside them.
 */
export function figuresOf(records: readonly SeedRecord[]): Record<string, Measured> {
  const sum = (of: (record: SeedRecord) => number): number => records.reduce((total, record) => total + of(record), 0)
  const none = (value: number, unit: string): Measured => ({ value, unit, goal: exactly(0), isJudgedQuick: true })
  const quiet = records.filter(({ othersShare }) => typeof othersShare === 'number' && othersShare <= QUIET_SHARE_MAX)
  const p99 = (of: readonly SeedRecord[], times: 'hotMs' | 'coldMs'): Pick<Measured, 'value' | 'unit'> => {
    const values = of.flatMap((record) => record[times])
    return { value: values.length === 0 ? null : quantile(values, 0.99), unit: 'ms' }
  }
  return {
    faults: { value: sum(({ faults }) => faults), unit: 'faults', goal: atLeast(FAULTS_MIN) },
    failed_seeds: none(records.filter(({ failed }) => failed !== undefined).length, `of ${records.length} seeds`),
    lost: none(
      sum(({ lost }) => lost),
      'events',
    ),
    doubled: none(
      sum(({ doubled }) => doubled),
      'examples',
    ),
    digests_differing: none(
      sum(({ digestsDiffering }) => digestsDiffering),
      'states',
    ),
    features_differing: none(
      sum(({ featuresDiffering }) => featuresDiffering),
      'states',
    ),
    retention_seeds: { value: records.filter(({ released }) => released !== undefined).length, unit: `of ${records.length} seeds` },
    released: { value: sum(({ released = 0 }) => released), unit: 'records' },
    quiet_seeds: { value: quiet.length, unit: `of ${records.length} seeds` },
    recovery_p99_ms: { ...p99(quiet, 'hotMs'), goal: atMost(HOT_MS_MAX) },
    cold_recovery_p99_ms: { ...p99(quiet, 'coldMs'), goal: atMost(COLD_MS_MAX) },
    recoveries: { value: quiet.flatMap(({ hotMs }) => hotMs).length, unit: 'behind recovery_p99_ms' },
    cold_recoveries: { value: quiet.flatMap(({ coldMs }) => coldMs).length, unit: 'behind cold_recovery_p99_ms' },
    recovery_all_p99_ms: p99(records, 'hotMs'),
    cold_recovery_all_p99_ms: p99(records, 'coldMs'),
  }
}
