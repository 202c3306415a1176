import type ts from 'typescript'
import { readModule, resolve, type Module } from './modules'
import { packageOf, packagesIn, type Package } from './packages'
import { isCode, isGenerated, type TextFile } from './repository'

/** A name where it was declared. */
export interface Origin {
  readonly path: string
  readonly name: string
  readonly node: ts.Node
}

/** All modules of the repository, and where each name that crosses a seam was declared. */
export interface ModuleGraph {
  readonly packages: readonly Package[]
  readonly modules: ReadonlyMap<string, Module>
  /** What a file's importers can name, followed to its declaration. */
  namesOf(path: string): ReadonlyMap<string, readonly Origin[]>
  /** Where a name that `from` imports or declares comes from. */
  originsIn(from: string, local: string): readonly Origin[]
  /** The file that a specifier means, with its extension. */
  target(specifier: string, from: string): string | undefined
}

/** Reads every module once and follows names lazily. */
export function readModuleGraph(files: readonly TextFile[]): ModuleGraph {
  const packages = packagesIn(files)
  const sources = files.filter((file) => file.path.endsWith('.ts') && (isCode(file) || isGenerated(file.path)))
  const modules = new Map(sources.map((file) => [file.path, readModule(file)]))
  const memory = new Map<string, ReadonlyMap<string, readonly Origin[]>>()

  const target = (specifier: string, from: string): string | undefined => {
    const to = resolve(specifier, from, packages)
    return to === undefined ? undefined : [to, `${to}.ts`, `${to}/index.ts`].find((candidate) => modules.has(candidate))
  }

  const namesOf = (path: string): ReadonlyMap<string, readonly Origin[]> => {
    const before = memory.get(path)
    if (before) return before
    const names = new Map<string, readonly Origin[]>()
    memory.set(path, names) // a cycle of re-exports sees what is known so far
    const module = modules.get(path)
    for (const [name, node] of module?.declared ?? []) names.set(name, [{ path, name, node }])
    for (const { specifier, from, as } of module?.passages ?? []) {
      const there = namesOf(target(specifier, path) ?? '')
      if (as === '*') for (const [name, origins] of there) names.set(name, origins)
      else names.set(as, from === '*' ? [...there.values()].flat() : (there.get(from) ?? []))
    }
    return names
  }

  const originsIn = (from: string, local: string): readonly Origin[] => {
    const module = modules.get(from)
    const own = module?.declared.get(local)
    if (own) return [{ path: from, name: local, node: own }]
    for (const { specifier, locals } of module?.imports ?? []) {
      const name = locals.get(local)
      if (name !== undefined) return namesOf(target(specifier, from) ?? '').get(name) ?? []
    }
    return []
  }

  return { packages, modules, namesOf, originsIn, target }
}

/** The package's folder that holds a file, or the root's. */
export const folderOf = ({ packages }: ModuleGraph, path: string): string => packageOf(packages, path)?.folder ?? '.'
