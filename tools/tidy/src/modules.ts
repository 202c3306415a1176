import path from 'node:path'
import ts from 'typescript'
import type { Package } from './packages'
import type { TextFile } from './repository'
import { isExported, nodesOf, parse } from './syntax'

/** What one file takes from another: some names, or all of them. */
export interface Import {
  readonly specifier: string
  readonly names: readonly string[] | 'all'
  /** The import's names as the file knows them. */
  readonly locals: ReadonlyMap<string, string>
}

/** A name that a file passes on from another. */
export interface Passage {
  readonly specifier: string
  /** The name there, or `*` for all. */
  readonly from: string
  /** The name here, or `*` for all. */
  readonly as: string
}

/** What a file declares, passes on and takes. */
export interface Module {
  readonly file: TextFile
  readonly declared: ReadonlyMap<string, ts.Node>
  readonly passages: readonly Passage[]
  readonly imports: readonly Import[]
}

/** Reads a file's seams. */
export function readModule(file: TextFile): Module {
  const tree = parse(file)
  const declared = new Map(tree.statements.filter(isExported).flatMap(declaredBy))
  return { file, declared, passages: tree.statements.flatMap(passagesOf), imports: [...nodesOf(tree)].flatMap(importOf) }
}

/** The file that a specifier means: relative to a file, or an entry of a package. */
export function resolve(specifier: string, from: string, packages: readonly Package[]): string | undefined {
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(from), specifier)
  return packages.find(({ entries }) => entries.has(specifier))?.entries.get(specifier)
}

function declaredBy(statement: ts.Statement): [string, ts.Node][] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name)).map((name) => [name, statement])
  const isDeclaration =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  return isDeclaration ? [[statement.name?.text ?? 'default', statement]] : []
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []))
}

function passagesOf(statement: ts.Statement): Passage[] {
  if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) return []
  const specifier = textOf(statement.moduleSpecifier)
  const clause = statement.exportClause
  if (!clause) return [{ specifier, from: '*', as: '*' }]
  if (ts.isNamespaceExport(clause)) return [{ specifier, from: '*', as: clause.name.text }]
  return clause.elements.map(({ name, propertyName }) => ({ specifier, from: (propertyName ?? name).text, as: name.text }))
}

function importOf(node: ts.Node): Import[] {
  if (ts.isImportDeclaration(node)) return [clauseOf(textOf(node.moduleSpecifier), node.importClause)]
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return [everythingOf(textOf(node.argument.literal))]
  if (ts.isCallExpression(node) && node.arguments.length > 0 && ts.isStringLiteral(node.arguments[0]) && isLoading(node))
    return [everythingOf(node.arguments[0].text)]
  return []
}

function clauseOf(specifier: string, clause: ts.ImportClause | undefined): Import {
  const locals = new Map<string, string>()
  if (clause?.name) locals.set(clause.name.text, 'default')
  const bindings = clause?.namedBindings
  if (bindings && ts.isNamespaceImport(bindings)) return everythingOf(specifier)
  if (bindings) for (const { name, propertyName } of bindings.elements) locals.set(name.text, (propertyName ?? name).text)
  return { specifier, names: [...locals.values()], locals }
}

const everythingOf = (specifier: string): Import => ({ specifier, names: 'all', locals: new Map() })
const isLoading = ({ expression }: ts.CallExpression): boolean =>
  expression.kind === ts.SyntaxKind.ImportKeyword || /^(require|require\.resolve|jest\.\w+)$/.test(expression.getText())
const textOf = (node: ts.Node): string => (ts.isStringLiteral(node) ? node.text : '')
