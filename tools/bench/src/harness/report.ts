import os from 'node:os'

/** A bound that a figure is held to. */
export interface Goal {
  /** As people write it: `≤ 240`. */
  readonly text: string
  holds(value: number): boolean
}

/** What a bench says of one figure; `value` is null where its peer is absent. */
export interface Measured {
  readonly value: number | null
  readonly unit: string
  /** Absent for a figure that is printed and not judged. */
  readonly goal?: Goal
  /** True where even the reduced run can judge: equality of digests is as true of ten steps as of ten thousand. */
  readonly isJudgedQuick?: boolean
}

/** One figure of the document. */
export interface Figure {
  readonly value: number | null
  readonly unit: string
  readonly goal: string | null
  readonly ok: boolean | null
}

/** The one JSON document that a bench prints. */
export interface Report {
  readonly bench: string
  readonly machine: Machine
  readonly figures: Readonly<Record<string, Figure>>
}

/** Where the figures were taken: a figure without its machine says nothing. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly platform: string
  readonly node: string
}

const DIGITS = 6 // nothing here is measured more finely

/** More than `bound`. */
export const above = (bound: number): Goal => ({ text: `> ${Number(bound.toPrecision(DIGITS))}`, holds: (value) => value > bound })

/** At most `bound`. */
export const atMost = (bound: number): Goal => ({ text: `≤ ${bound}`, holds: (value) => value <= bound })

/** At least `bound`. */
export const atLeast = (bound: number): Goal => ({ text: `≥ ${bound}`, holds: (value) => value >= bound })

/** Exactly `bound`: digests that agree, records lost. */
export const exactly = (bound: number): Goal => ({ text: `= ${bound}`, holds: (value) => value === bound })

/** Judges each figure; a reduced run judges only those that say it may. */
export function reportOf(bench: string, measured: Readonly<Record<string, Measured>>, isQuick: boolean): Report {
  const figures = Object.fromEntries(Object.entries(measured).map(([name, figure]) => [name, judge(figure, isQuick)]))
  return { bench, machine: thisMachine(), figures }
}

function judge({ value, unit, goal, isJudgedQuick = false }: Measured, isQuick: boolean): Figure {
  const isJudged = goal && value !== null && (!isQuick || isJudgedQuick)
  return { value: value && Number(value.toPrecision(DIGITS)), unit, goal: goal?.text ?? null, ok: isJudged ? goal.holds(value) : null }
}

function thisMachine(): Machine {
  const processors = os.cpus()
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()}-${os.arch()}`,
    node: process.version,
  }
}
