import ts from 'typescript'
import { isCode, type Check, type Finding, type TextFile } from './repository'
import { lineOf, parse } from './syntax'

const NOTHING_NAMES = new Set(['util', 'utils', 'utility', 'utilities', 'helper', 'helpers', 'common', 'misc', 'manager', 'managers'])
const FREE_IN_IDENTIFIERS = new Set(['common']) // "the common prefix" is a thing; a file called common is not

/** Names that say nothing: a room for everything is a room for nothing. */
export const checkNames: Check = (files) => files.flatMap((file) => [...pathNames(file), ...(isCode(file) ? declaredNames(file) : [])])

function pathNames(file: TextFile): Finding[] {
  return wordsOf(file.path)
    .filter((word) => NOTHING_NAMES.has(word))
    .map((word) => ({ path: file.path, line: 1, message: `'${word}' in a path says nothing; name the noun it holds` }))
}

function declaredNames(file: TextFile): Finding[] {
  return parse(file)
    .statements.flatMap(namesOf)
    .flatMap((name) =>
      wordsOf(name.text)
        .filter((word) => NOTHING_NAMES.has(word) && !FREE_IN_IDENTIFIERS.has(word))
        .map((word) => ({ path: file.path, line: lineOf(name), message: `'${word}' in ${name.text} says nothing; name what it does` })),
    )
}

/** The identifiers that a top-level statement declares. */
function namesOf(statement: ts.Statement): ts.Identifier[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name).filter(ts.isIdentifier)
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return statement.name ? [statement.name] : []
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return [statement.name]
  return []
}

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
