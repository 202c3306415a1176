import { table } from '../terminal'
import { isWrong, type Finding } from './finding'

/** Everything that was looked at, a line each; then what to do about what is not good. */
export function doctorText(findings: readonly Finding[]): string {
  const rows = findings.map(({ state, check, says }) => [MARKS[state], check, says])
  const remedies = findings.filter(({ remedy }) => remedy !== undefined).map(({ check, remedy }) => `${check}: ${remedy}`)
  const wrong = findings.filter(isWrong).length
  return [table(rows), ...(remedies.length > 0 ? ['', ...remedies] : []), '', wrong === 0 ? WELL : countText(wrong)].join('\n')
}

const MARKS: Readonly<Record<Finding['state'], string>> = { good: 'good', odd: 'odd', wrong: 'WRONG' }
const WELL = 'nothing is wrong: npx freshet up --demo'

/** How many things there are to mend. */
export const countText = (wrong: number): string => (wrong === 1 ? 'one thing is wrong' : `${wrong} things are wrong`)
