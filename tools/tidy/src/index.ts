import { checkArithmetic } from './arithmetic'
import { checkDependencies } from './dependencies'
import { checkDocumentation, checkUnusedExports } from './exports'
import { checkLeftovers } from './leftovers'
import { checkLengths } from './lengths'
import { checkLinks } from './links'
import { checkNames } from './names'
import type { Check } from './repository'

/** The rules of the house, by the sentence that each defends. */
export const checks: ReadonlyMap<string, Check> = new Map([
  ['keeps files within a reading and functions within a screen', checkLengths],
  ['gives nothing a name that says nothing', checkNames],
  ['makes weights of exact arithmetic only', checkArithmetic],
  ['leaves no trace of a machine, no note for later, no test that does not run', checkLeftovers],
  ['exports nothing that nobody takes', checkUnusedExports],
  ['documents what each package exports', checkDocumentation],
  ['links to what is there', checkLinks],
  ['lists each dependency once, with its reason', checkDependencies],
])
