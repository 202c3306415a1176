import { InvalidFieldError } from '@freshet/kernel'
import { power } from './power'

/** How the learning rate changes with the steps, which count from 1. `rate` is the highest that it reaches. */
export type LearningRateSchedule =
  | { readonly kind: 'constant'; readonly rate: number }
  /** Rises in equal parts over the first `warmUpSteps`, and stays. */
  | { readonly kind: 'warm-up'; readonly rate: number; readonly warmUpSteps: number }
  /** Falls from `rate` to `floor` along half a cosine of `steps`, and stays. */
  | { readonly kind: 'cosine'; readonly rate: number; readonly floor?: number; readonly steps: number }
  /** Is multiplied by `factor` after each `every` steps. */
  | { readonly kind: 'step'; readonly rate: number; readonly every: number; readonly factor: number }
  /** Rises over `warmUpSteps`, then falls along half a cosine until `steps`. */
  | {
      readonly kind: 'warm-up-cosine'
      readonly rate: number
      readonly floor?: number
      readonly warmUpSteps: number
      readonly steps: number
    }

/**
 * The learning rate of a step: a pure function, with the same bits on every machine.
 *
 * throws  InvalidFieldError when a number of the schedule is out of range
 * source  Goyal et al. (2017) for the warm-up; Loshchilov & Hutter, SGDR (2017), for the cosine
 */
export function learningRateAt(schedule: LearningRateSchedule, step: number): number {
  refuseNumbers(schedule)
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate
    case 'warm-up':
      return risen(schedule, step)
    case 'cosine':
      return fallen(schedule, { past: step - 1, of: schedule.steps })
    case 'step':
      return schedule.rate * power(schedule.factor, Math.floor((step - 1) / schedule.every))
    case 'warm-up-cosine': {
      const { warmUpSteps, steps } = schedule
      return step <= warmUpSteps ? risen(schedule, step) : fallen(schedule, { past: step - warmUpSteps, of: steps - warmUpSteps })
    }
  }
}

/** math  rate · min(1, step / warmUpSteps) */
const risen = ({ rate, warmUpSteps }: { rate: number; warmUpSteps: number }, step: number): number =>
  step >= warmUpSteps ? rate : (rate * step) / warmUpSteps

/** math  floor + (rate − floor) · (1 + cos(π · past / of)) / 2 */
const fallen = ({ rate, floor = 0 }: { rate: number; floor?: number }, { past, of }: { past: number; of: number }): number =>
  floor + (rate - floor) * raisedCosine(Math.min(1, past / of))

/**
 * Half a cosine wave between 1 and 0, of sums and products only: `Math.cos` may differ between builds of V8.
 *
 * math    (1 + cos πx) / 2 = 1 − sin²(πx / 2), 0 ≤ x ≤ 1; the sine by its Taylor series to the 19th power, within 10⁻¹⁵
 */
function raisedCosine(x: number): number {
  const angle = x * HALF_TURN
  const square = angle * angle
  let sine = 1
  for (let n = TAYLOR_ORDER; n >= 3; n -= 2) sine = 1 - (square / (n * (n - 1))) * sine
  sine *= angle
  return Math.max(0, 1 - sine * sine)
}

const HALF_TURN = 1.5707963267948966 // π / 2
const TAYLOR_ORDER = 19

const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0
const RULES: Readonly<Record<string, { holds(value: number): boolean; readonly rule: string }>> = {
  rate: { holds: isPositive, rule: 'a learning rate is more than 0' },
  floor: { holds: (value) => Number.isFinite(value) && value >= 0, rule: 'it is at least 0' },
  factor: { holds: isPositive, rule: 'it is more than 0' },
  steps: { holds: (value) => Number.isInteger(value) && value > 0, rule: 'steps are counted from 1' },
  every: { holds: (value) => Number.isInteger(value) && value > 0, rule: 'steps are counted from 1' },
  warmUpSteps: { holds: (value) => Number.isInteger(value) && value > 0, rule: 'steps are counted from 1' },
}

function refuseNumbers(schedule: LearningRateSchedule): void {
  for (const [name, value] of Object.entries(schedule)) {
    if (!(name in RULES) || (typeof value === 'number' && RULES[name].holds(value))) continue
    const field = `${name} of the ${schedule.kind} schedule`
    throw new InvalidFieldError({ field, value, rule: RULES[name].rule, remedy: 'give such a number' })
  }
  if (schedule.kind !== 'warm-up-cosine' || schedule.warmUpSteps < schedule.steps) return
  const rule = `the warm-up ends before step ${schedule.steps}`
  throw new InvalidFieldError({
    field: 'warmUpSteps of the warm-up-cosine schedule',
    value: schedule.warmUpSteps,
    rule,
    remedy: 'shorten it',
  })
}
