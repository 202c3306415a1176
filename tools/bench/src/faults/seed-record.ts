import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { EngineName } from '../harness/engine-name'
import { quantile } from '../harness/quantile'
import { atMost, exactly, type Measured } from '../harness/report'
import type { Verdict } from './verdict'

/** What one seed came to: a line of the file in which runs add up. */
export interface SeedRecord extends Verdict {
  readonly seed: number
  readonly engine: EngineName
  readonly faults: number
  /** From the end of an owner to the next new step, with a standby attached. */
  readonly hotMs: readonly number[]
  /** From a relaunch to the next new step, with nobody else there. */
  readonly coldMs: readonly number[]
}

const HOT_MS_MAX = 2000
const COLD_MS_MAX = 6000

/** The seeds of earlier runs. */
export function readRecords(file: string): SeedRecord[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SeedRecord)
}

/** Adds one. */
export const appendRecord = (file: string, record: SeedRecord): void => appendFileSync(file, `${JSON.stringify(record)}\n`)

/** The figures over all of them. */
export function figuresOf(records: readonly SeedRecord[]): Record<string, Measured> {
  const sum = (of: (record: SeedRecord) => number): number => records.reduce((total, record) => total + of(record), 0)
  const none = (value: number, unit: string): Measured => ({ value, unit, goal: exactly(0), isJudgedQuick: true })
  const p99 = (values: readonly number[]): number | null => (values.length === 0 ? null : quantile(values, 0.99))
  return {
    faults: { value: sum(({ faults }) => faults), unit: 'faults' },
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
    recovery_p99_ms: { value: p99(records.flatMap(({ hotMs }) => hotMs)), unit: 'ms', goal: atMost(HOT_MS_MAX) },
    cold_recovery_p99_ms: { value: p99(records.flatMap(({ coldMs }) => coldMs)), unit: 'ms', goal: atMost(COLD_MS_MAX) },
  }
}
