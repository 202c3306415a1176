import { randomUnit } from '@freshet/kernel'

/** Numbers of a simulated world: a function of the seed, of what they are for, and of two counters; never of who asks first. */
export interface Chance {
  /** Of [0, 1). */
  unit(purpose: Purpose, a: number, b?: number): number
  /** An integer of [0, n). */
  below(n: number, purpose: Purpose, a: number, b?: number): number
  /** About normal, with mean 0 and deviation 1: four uniform numbers, added. */
  normal(purpose: Purpose, a: number, b?: number): number
}

/** What a number is drawn for: a stream of its own each. */
export type Purpose = keyof typeof PURPOSES

const PURPOSES = {
  direction: 1,
  itemDirection: 2,
  itemKind: 3,
  quality: 4,
  price: 5,
  segment: 6,
  age: 7,
  favourite: 8,
  anchor: 9,
  phase: 10,
  visitor: 11,
  click: 12,
  afterwards: 13,
  search: 14,
  randomList: 15,
  liking: 16,
} as const

/** The chance of one world. */
export function createChance(seed: number): Chance {
  const unit = (purpose: Purpose, a: number, b = 0): number => randomUnit(Math.imul(seed + 1, 0x9e3779b1) ^ PURPOSES[purpose], a, b)
  return {
    unit,
    below: (n, purpose, a, b) => Math.floor(unit(purpose, a, b) * n),
    normal: (purpose, a, b = 0) => [0, 1, 2, 3].reduce((sum, i) => sum + unit(purpose, a, 4 * b + i) - 0.5, 0) * Math.sqrt(3),
  }
}
