import ts from 'typescript'
import { isCode, isSpec, type Check, type Finding, type TextFile } from './repository'
import { isFunction, lineOf, linesOf, nodesOf, parse, type FunctionNode } from './syntax'

const FILE_LINES_MAX = 400
const FUNCTION_LINES_MAX = 70
const PARAMETERS_MAX = 3
const COLLABORATORS_MAX = 5 // what a constructor may ask for

/** A file fits in a reading, a function on a screen, a call on a line. */
export const checkLengths: Check = (files) =>
  files.filter(isCode).flatMap((file) => [...longFile(file), ...(isSpec(file.path) ? [] : largeFunctions(file))])

/** The lines of a file, as an editor counts them. */
export const fileLines = ({ text }: TextFile): number => text.split('\n').length

/** The functions of a file, nested ones included. */
export const functionsOf = (file: TextFile): FunctionNode[] => [...nodesOf(parse(file))].filter(isFunction)

function longFile(file: TextFile): Finding[] {
  const lines = fileLines(file)
  if (lines <= FILE_LINES_MAX) return []
  return [
    {
      path: file.path,
      line: FILE_LINES_MAX,
      message: `has ${lines} lines; a file has at most ${FILE_LINES_MAX}: give its second noun a file of its own`,
    },
  ]
}

function largeFunctions(file: TextFile): Finding[] {
  return functionsOf(file).flatMap((node) => {
    const at = { path: file.path, line: lineOf(node) }
    const found: Finding[] = []
    const lines = linesOf(node)
    if (lines > FUNCTION_LINES_MAX)
      found.push({ ...at, message: `a function of ${lines} lines; at most ${FUNCTION_LINES_MAX}: name its parts` })
    const parametersMax = ts.isConstructorDeclaration(node) ? COLLABORATORS_MAX : PARAMETERS_MAX
    const count = node.parameters.length
    if (count > parametersMax) found.push({ ...at, message: `${count} parameters; at most ${parametersMax}: pass an options object` })
    return found
  })
}
