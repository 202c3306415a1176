import type { Finding } from './finding'
import { TOLERANCE_ULPS, type Trial } from './step-trial'

/** What trials say: what is preferred has to work, and what is not may be absent. */
export const providerFindings = (trials: readonly Trial[], preferred: readonly string[]): Finding[] =>
  trials.map((trial) => providerFinding(trial, preferred.includes(trial.provider)))

function providerFinding(trial: Trial, isPreferred: boolean): Finding {
  const { provider, reason, stepMs = 0, comparison } = trial
  const check = `provider ${provider}`
  if (comparison === undefined) {
    const says = `cannot be used: ${reason ?? 'no reason was given'}`
    if (!isPreferred) return { check, state: 'good', says: `${says} (\`providers\` does not ask for it)` }
    return { check, state: 'wrong', says, remedy: 'the next of `providers` is used; install what it needs, or remove it there' }
  }
  const says = `a step in ${stepMs.toFixed(1)} ms, ${differenceText(comparison)}`
  if (comparison.ulps <= TOLERANCE_ULPS) return { check, state: 'good', says }
  const remedy = 'it computes less exactly than Float32: remove it from `providers`, or switch TF32 and half precision off in its driver'
  return { check, state: isPreferred ? 'wrong' : 'odd', says, remedy }
}

function differenceText({ isBitEqual, ulps, differenceMax, output }: NonNullable<Trial['comparison']>): string {
  if (isBitEqual) return 'every bit as on the CPU'
  const bound = `${TOLERANCE_ULPS} are allowed`
  return `${output} differs from the CPU's by up to ${differenceMax.toExponential(1)}: ${ulps.toFixed(1)} ulps of its largest value, ${bound}`
}
