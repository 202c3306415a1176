import path from 'node:path'
import type { TextFile } from './repository'

/** A package of the workspace, as its manifest says. */
export interface Package {
  readonly folder: string
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  /** What others may import: specifier → source file. */
  readonly entries: ReadonlyMap<string, string>
}

interface Manifest {
  readonly name: string
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly exports?: Record<string, { '@freshet/source': string }>
}

/** Every package of the repository, the root's first. */
export function packagesIn(files: readonly TextFile[]): Package[] {
  return files
    .filter((file) => path.posix.basename(file.path) === 'package.json')
    .map(readPackage)
    .sort((a, b) => compare(a.folder, b.folder))
}

/** The package that a file belongs to: the innermost folder with a manifest. */
export const packageOf = (packages: readonly Package[], file: string): Package | undefined =>
  packages.findLast(({ folder }) => folder === '.' || file.startsWith(`${folder}/`))

function readPackage(file: TextFile): Package {
  const { name, dependencies = {}, devDependencies = {}, exports = {} } = JSON.parse(file.text) as Manifest
  const folder = path.posix.dirname(file.path)
  const entries = Object.entries(exports).map(
    ([at, to]) => [path.posix.join(name, at), path.posix.join(folder, to['@freshet/source'])] as const,
  )
  return { folder, name, dependencies, devDependencies, entries: new Map(entries) }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
