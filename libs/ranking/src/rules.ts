import { InvalidFieldError } from '@freshet/kernel'
import { compileCondition, type Condition, type ItemFacts } from './condition'

/** What the caller asks of every listed item, as expressions; empty strings ask nothing. */
export interface RulesQuery {
  readonly require: string
  readonly exclude: string
  readonly boosts: readonly { readonly condition: string; readonly factor: number }[]
  /** Item ids that come first, in order. */
  readonly pins: readonly string[]
}

/** Rules ready to run. */
export interface Rules {
  /** False where every item stays: then nobody needs to look. */
  readonly filters: boolean
  /** False where the boost of every item is 1. */
  readonly boosts: boolean
  readonly pins: readonly string[]
  keeps(facts: ItemFacts): boolean
  /** The product of the factors of all boosts that hold. */
  boost(facts: ItemFacts): number
}

/**
 * Compiles the rules of a request.
 *
 * throws  InvalidFieldError naming the field, where an expression, a factor or a count breaks its rule
 */
export function compileRules(query: RulesQuery | undefined): Rules {
  if (!query) return NO_RULES
  assertCount('rules.boosts', query.boosts.length, BOOSTS_MAX)
  assertCount('rules.pins', query.pins.length, PINS_MAX)
  const required = optional('rules.require', query.require)
  const excluded = optional('rules.exclude', query.exclude)
  const boosts = query.boosts.map(({ condition, factor }, i) => ({
    condition: compileCondition(`rules.boosts[${i}].condition`, condition),
    factor: acceptFactor(`rules.boosts[${i}].factor`, factor),
  }))
  return {
    filters: required !== undefined || excluded !== undefined,
    boosts: boosts.length > 0,
    pins: query.pins,
    keeps: (facts) => (required?.(facts) ?? true) && !(excluded?.(facts) ?? false),
    boost: (facts) => boosts.reduce((product, { condition, factor }) => (condition(facts) ? product * factor : product), 1),
  }
}

const BOOSTS_MAX = 20
const PINS_MAX = 100
const FACTOR_MAX = 100
const NO_RULES: Rules = { filters: false, boosts: false, pins: [], keeps: () => true, boost: () => 1 }

const optional = (field: string, text: string): Condition | undefined => (text === '' ? undefined : compileCondition(field, text))

function acceptFactor(field: string, factor: number): number {
  if (factor > 0 && factor <= FACTOR_MAX) return factor
  throw new InvalidFieldError({
    field,
    value: factor,
    rule: `a factor is above 0 and at most ${FACTOR_MAX}`,
    remedy: 'use exclude to hide items',
  })
}

function assertCount(field: string, count: number, countMax: number): void {
  if (count <= countMax) return
  throw new InvalidFieldError({ field, value: `${count} entries`, rule: `it has at most ${countMax}`, remedy: 'send fewer' })
}
