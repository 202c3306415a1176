import { InvalidFieldError } from '@freshet/kernel'

/** The seeds that a text names: `7`, or `1..25` with both ends. Throws InvalidFieldError. */
export function readSeeds(text: string): number[] {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text)
  const [from, to] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [1, 0]
  if (from > to)
    throw new InvalidFieldError({ field: 'seeds', value: text, rule: 'seeds are a..b with a ≤ b', remedy: 'ask for 1..25, say' })
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}
