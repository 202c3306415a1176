import { InvalidFieldError } from '@freshet/kernel'

/** The ways to run that are measured, by name. */
const ENGINES = ['embedded', 'kafka-redis'] as const

/** One of them. */
export type EngineName = (typeof ENGINES)[number]

/** The engine that was asked for; embedded unless something was. */
export function engineNamed(value = 'embedded'): EngineName {
  const name = ENGINES.find((each) => each === value)
  if (name) return name
  throw new InvalidFieldError({ field: '--engine', value, rule: `it is one of ${ENGINES.join(', ')}`, remedy: 'choose one of them' })
}
