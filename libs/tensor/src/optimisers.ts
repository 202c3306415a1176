import { InvalidFieldError } from '@freshet/kernel'
import { cutSchedule } from './adam'
import type { FlatMove } from './adam-loop'
import { clipByNorm } from './clip'
import { input } from './node'
import {
  optimiserRules,
  type OptimiserConstants,
  type OptimiserKind,
  type OptimiserRule,
  type ParameterRange,
  type Slot,
} from './optimiser-rules'
import { power } from './power'
import type { GraphSpec } from './runner'
import { cellCount } from './shape'

/** How dense parameters follow their gradient: the kind, and those of its constants that are not the default. */
export type DenseOptimiser = { readonly [K in OptimiserKind]: { readonly kind: K } & Partial<OptimiserConstants[K]> }[OptimiserKind]

/** An update before it is a graph. */
export interface UpdateDeclaration {
  readonly optimiser: DenseOptimiser
  /** The flat tensor's ranges, in order and without a gap. */
  readonly parameters: readonly ParameterRange[]
  /** The longest gradient that is followed as it is: a longer one is scaled down to this norm. The rows of tables take no part in it. */
  readonly clipNorm?: number
}

/** The dense half of a training step. */
export interface DenseUpdate {
  /** shape  parameters, gradient and each slot [P], schedule [3]  →  parameters and each slot [P], under the names of the inputs */
  readonly spec: GraphSpec
  readonly slots: readonly Slot[]
  /** What {@link spec} computes, bit for bit, in one pass; absent where nobody has written it. */
  readonly loop?: FlatMove
  /**
   * What the graph reads as `schedule`: a pure function of the step.
   *
   * shape   [3] = (learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ); t counts from 1
   */
  scheduleAt(step: number, learningRate: number): Float32Array
}

/**
 * The update graph of a declaration.
 *
 * cost    element by element, and two passes more for a norm
 * throws  InvalidFieldError when a constant is out of range, or the ranges leave a gap
 */
export function declareUpdate({ optimiser, parameters: ranges, clipNorm }: UpdateDeclaration): DenseUpdate {
  refuseConstants({ ...optimiser, clipNorm })
  const length = lengthOf(ranges)
  const rule = ruleOf(optimiser)
  const [parameters, gradient] = ['parameters', 'gradient'].map((name) => input(name, [length]))
  const slots = rule.slots.map(({ name }) => input(name, [length]))
  const schedule = input('schedule', [STEP_NUMBERS])
  const followed = clipNorm === undefined ? gradient : clipByNorm(gradient, clipNorm)
  const next = rule.next({ parameters, gradient: followed, slots, ranges, ...cutSchedule(schedule) })
  const { beta1 = 0, beta2 = 0 } = rule.forgetting ?? {}
  return {
    spec: {
      name: `update by ${optimiser.kind}`,
      inputs: [parameters, ...slots, gradient, schedule],
      outputs: { parameters: next.parameters, ...Object.fromEntries(rule.slots.map(({ name }, i) => [name, next.slots[i]])) },
    },
    slots: rule.slots,
    loop: clipNorm === undefined ? rule.loop : undefined,
    scheduleAt: (step, learningRate) => Float32Array.of(learningRate, 1 - power(beta1, step), 1 - power(beta2, step)),
  }
}

/** The row of the table, called with the constants that belong to it. */
function ruleOf<K extends OptimiserKind>(optimiser: { readonly kind: K } & Partial<OptimiserConstants[K]>): OptimiserRule {
  const { defaults, rule } = optimiserRules[optimiser.kind]
  return rule({ ...defaults, ...optimiser })
}

function lengthOf(ranges: readonly ParameterRange[]): number {
  let end = 0
  for (const { name, offset, shape } of ranges) {
    if (offset !== end) {
      const rule = `the ranges of the flat tensor follow each other, and ${end} floats come before it`
      throw new InvalidFieldError({ field: `offset of parameter '${name}'`, value: offset, rule, remedy: `give ${end}` })
    }
    end += cellCount(shape)
  }
  return end
}

/** Constants and what they have to be, by the end of their names. */
const BOUNDS: readonly { readonly names: RegExp; holds(value: number): boolean; readonly rule: string }[] = [
  { names: /^(beta[12]|momentum)$/, holds: (value) => value >= 0 && value < 1, rule: 'a share that is kept is at least 0 and less than 1' },
  { names: /^(epsilon|clipNorm)$/, holds: (value) => value > 0, rule: 'it is more than 0' },
  {
    names: /^(weightDecay|l1|l2|smoothing|initialAccumulator)$/,
    holds: (value) => value >= 0,
    rule: 'it is at least 0',
  },
]

function refuseConstants(constants: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(constants)) {
    const bound = BOUNDS.find(({ names }) => names.test(name))
    if (value === undefined || !bound || (typeof value === 'number' && Number.isFinite(value) && bound.holds(value))) continue
    throw new InvalidFieldError({ field: `${name} of the optimiser`, value, rule: bound.rule, remedy: 'leave it out for its default' })
  }
}

const STEP_NUMBERS = 3
