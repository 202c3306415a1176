import ts from 'typescript'
import { fileLines, functionsOf } from './lengths'
import { isCode, isSpec, type TextFile } from './repository'
import { linesOf, nodesOf, parse } from './syntax'

/** The shape of the tree, in the figures that style promises. */
export interface Measures {
  readonly fileLinesP90: number
  readonly functionLinesP90: number
  readonly anyPerThousandLines: number
  readonly nonNullAssertions: number
  readonly typedThrowShare: number
  readonly specLinesPerSourceLine: number
}

/** A figure's bound: what may not get worse. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number }

/** Measures the TypeScript that people write. */
export function measure(files: readonly TextFile[]): Measures {
  const code = files.filter((file) => isCode(file) && file.path.endsWith('.ts'))
  const sources = code.filter(({ path }) => !isSpec(path))
  const lines = total(sources.map(fileLines))
  const nodes = sources.flatMap((file) => [...nodesOf(parse(file))])
  const thrown = nodes
    .filter(ts.isThrowStatement)
    .flatMap(({ expression }) => (ts.isNewExpression(expression) ? [expression.expression.getText()] : []))
  return {
    fileLinesP90: quantile(sources.map(fileLines), 0.9),
    functionLinesP90: quantile(sources.flatMap(functionsOf).map(linesOf), 0.9),
    anyPerThousandLines: (1000 * nodes.filter(({ kind }) => kind === ts.SyntaxKind.AnyKeyword).length) / Math.max(1, lines),
    nonNullAssertions: nodes.filter(ts.isNonNullExpression).length,
    typedThrowShare: share(thrown, (name) => !/^(Error|TypeError|RangeError)$/.test(name)),
    specLinesPerSourceLine: total(code.filter(({ path }) => isSpec(path)).map(fileLines)) / Math.max(1, lines),
  }
}

/** The measures that are worse than their bounds, as sentences. */
export function beyond(measures: Measures, bounds: Readonly<Record<keyof Measures, Bound>>): string[] {
  return (Object.keys(bounds) as (keyof Measures)[]).flatMap((name) => {
    const bound = bounds[name]
    const value = measures[name]
    if ('atMost' in bound) return value <= bound.atMost ? [] : [`${name} is ${value}, and may be at most ${bound.atMost}`]
    return value >= bound.atLeast ? [] : [`${name} is ${value}, and must be at least ${bound.atLeast}`]
  })
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const share = <T>(values: readonly T[], holds: (value: T) => boolean): number =>
  values.length === 0 ? 1 : values.filter(holds).length / values.length
