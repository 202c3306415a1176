import ts from 'typescript'
import { folderOf, readModuleGraph, type ModuleGraph, type Origin } from './module-graph'
import { isGenerated, isSpec, isUnbuilt, type Check, type Finding } from './repository'
import { lineOf, nodesOf } from './syntax'

/**
 * Nothing is exported that nobody takes: an entry's name serves another package or the package's own specs, an inner file's name serves
 * another file. A type that the declaration of a used name mentions is used with it.
 */
export const checkUnusedExports: Check = (files) => {
  const graph = readModuleGraph(files)
  const users = usersOf(graph)
  const exposed = exposedBy(graph)
  const all = declarationsOf(graph)
  const isUsed = (origin: Origin): boolean =>
    (users.get(keyOf(origin)) ?? []).some((user) => serves(graph, { user, origin, isExposed: exposed.has(keyOf(origin)) }))
  const used = closeOverMentions(graph, all.filter(isUsed))
  return all.filter((origin) => !used.has(keyOf(origin))).map((origin) => unused(origin, exposed.has(keyOf(origin))))
}

/** What a library's index exports says what it is. */
export const checkDocumentation: Check = (files) => {
  const graph = readModuleGraph(files)
  const exposed = exposedBy(graph)
  return declarationsOf(graph)
    .filter((origin) => exposed.has(keyOf(origin)) && ts.getJSDocCommentsAndTags(origin.node).length === 0)
    .map((origin) => ({
      path: origin.path,
      line: lineOf(origin.node),
      message: `${origin.name} is exported by its package and has no docstring`,
    }))
}

interface Service {
  readonly user: string
  readonly origin: Origin
  readonly isExposed: boolean
}

/** Whether an importer is one that the export exists for. */
function serves(graph: ModuleGraph, { user, origin, isExposed }: Service): boolean {
  if (user === origin.path) return false
  return !isExposed || isSpec(user) || isUnbuilt(user) || folderOf(graph, user) !== folderOf(graph, origin.path)
}

/** Who imports each declaration, re-exports followed. */
function usersOf(graph: ModuleGraph): Map<string, string[]> {
  const users = new Map<string, string[]>()
  for (const [user, { imports }] of graph.modules) {
    for (const { specifier, names } of imports) {
      const there = graph.namesOf(graph.target(specifier, user) ?? '')
      const origins = names === 'all' ? [...there.values()].flat() : names.flatMap((name) => there.get(name) ?? [])
      for (const origin of origins) users.set(keyOf(origin), [...(users.get(keyOf(origin)) ?? []), user])
    }
  }
  return users
}

/** The declarations that some package's entry lets out. */
const exposedBy = (graph: ModuleGraph): Set<string> =>
  new Set(
    graph.packages.flatMap(({ entries }) => [...entries.values()].flatMap((entry) => [...graph.namesOf(entry).values()].flat().map(keyOf))),
  )

/** Every exported declaration that a person wrote. */
const declarationsOf = (graph: ModuleGraph): Origin[] =>
  [...graph.modules]
    .filter(([path]) => !isGenerated(path) && !/\.spec\.ts$/.test(path))
    .flatMap(([path, { declared }]) => [...declared].map(([name, node]) => ({ path, name, node })))

/** The used declarations, and the types that they are spelt with. */
function closeOverMentions(graph: ModuleGraph, used: readonly Origin[]): Set<string> {
  const reached = new Set(used.map(keyOf))
  const queue = [...used]
  for (let origin = queue.pop(); origin; origin = queue.pop()) {
    for (const mentioned of mentionsOf(graph, origin)) {
      if (reached.has(keyOf(mentioned))) continue
      reached.add(keyOf(mentioned))
      queue.push(mentioned)
    }
  }
  return reached
}

/** The types that a declaration mentions, where they were declared. */
const mentionsOf = (graph: ModuleGraph, { path, node }: Origin): Origin[] =>
  [...nodesOf(node)].flatMap((part) => {
    if (ts.isTypeReferenceNode(part)) return [...graph.originsIn(path, part.typeName.getText())]
    if (ts.isExpressionWithTypeArguments(part)) return [...graph.originsIn(path, part.expression.getText())]
    return []
  })

const unused = ({ path, name, node }: Origin, isExposed: boolean): Finding => ({
  path,
  line: lineOf(node),
  message: isExposed
    ? `${name} leaves its package, but no other package and no spec takes it`
    : `${name} is exported, but no other file takes it`,
})

const keyOf = ({ path, name }: Origin): string => `${path}#${name}`
