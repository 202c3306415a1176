import ts from 'typescript'
import type { TextFile } from './repository'

const parsed = new WeakMap<TextFile, ts.SourceFile>()

/** The syntax tree of a file, parsed once for all checks. */
export function parse(file: TextFile): ts.SourceFile {
  const before = parsed.get(file)
  if (before) return before
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true)
  parsed.set(file, tree)
  return tree
}

/** The line of a node's first token, counted from 1. */
export const lineOf = (node: ts.Node): number => node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1

/** Every node under `root`, parents first. */
export function* nodesOf(root: ts.Node): Generator<ts.Node> {
  yield root
  const children: ts.Node[] = []
  ts.forEachChild(root, (child) => void children.push(child))
  for (const child of children) yield* nodesOf(child)
}

/** A function that has statements of its own. */
export type FunctionNode =
  ts.FunctionDeclaration | ts.MethodDeclaration | ts.ArrowFunction | ts.FunctionExpression | ts.ConstructorDeclaration

/** True for functions with a block: an arrow that only returns an expression is part of its line. */
export const isFunction = (node: ts.Node): node is FunctionNode =>
  (ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isConstructorDeclaration(node)) &&
  node.body !== undefined &&
  ts.isBlock(node.body)

/** The lines from a node's first token to its last. */
export const linesOf = (node: ts.Node): number => {
  const tree = node.getSourceFile()
  return tree.getLineAndCharacterOfPosition(node.end).line - tree.getLineAndCharacterOfPosition(node.getStart()).line + 1
}

/** True where the statement says `export`. */
export const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
