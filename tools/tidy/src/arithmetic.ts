import ts from 'typescript'
import { isCode, isSpec, type Check, type Finding, type TextFile } from './repository'
import { lineOf, nodesOf, parse } from './syntax'

/** Where weights are made: equal inputs must give equal bits on every machine. */
const WEIGHT_MAKING = /^libs\/(tensor|embedding|model|learner|training|features|materialize)\/src\//

/** Rounded exactly by IEEE 754 or integers throughout; all other members of Math may differ between builds of V8. */
const EXACT = new Set(['abs', 'floor', 'ceil', 'round', 'trunc', 'sign', 'min', 'max', 'sqrt', 'fround', 'imul', 'clz32'])

/** Files that judge weights and never make them, each with the reason. */
const JUDGES = new Map([
  ['libs/tensor/src/kernels.ts', 'the oracle that judges the graphs'],
  ['libs/training/src/progressive-metrics.ts', 'figures for people'],
  ['libs/materialize/src/naive-lists.fixture.ts', 'the recomputation that judges folds'],
])

/** No inexact `Math`, no clock, no chance, no power operator where weights are made. */
export const checkArithmetic: Check = (files) =>
  files.filter((file) => isCode(file) && WEIGHT_MAKING.test(file.path) && !isSpec(file.path) && !JUDGES.has(file.path)).flatMap(inexactIn)

function inexactIn(file: TextFile): Finding[] {
  return [...nodesOf(parse(file))].flatMap((node) => {
    const what = inexact(node)
    return what
      ? [{ path: file.path, line: lineOf(node), message: `${what} where weights are made: two machines would learn different bits` }]
      : []
  })
}

function inexact(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node) && node.text === 'Math' && !isExactMember(node.parent)) return node.parent.getText()
  if (
    ts.isPropertyAccessExpression(node) &&
    /^(Date|performance)\.now$|^crypto\.(randomUUID|getRandomValues|randomBytes)$/.test(node.getText())
  )
    return node.getText()
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()'
  if (ts.isBinaryExpression(node) && isPower(node.operatorToken.kind) && !bothLiterals(node)) return `the power ${node.getText()}`
  return undefined
}

const isExactMember = (node: ts.Node): boolean => ts.isPropertyAccessExpression(node) && EXACT.has(node.name.text)
const isPower = (kind: ts.SyntaxKind): boolean =>
  kind === ts.SyntaxKind.AsteriskAsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken
const bothLiterals = ({ left, right }: ts.BinaryExpression): boolean => ts.isNumericLiteral(left) && ts.isNumericLiteral(right)
