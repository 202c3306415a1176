import { builtinModules } from 'node:module'
import path from 'node:path'
import { readModule } from './modules'
import { packageOf, packagesIn, type Package } from './packages'
import { isUnbuilt, type Check, type Finding, type TextFile } from './repository'

/** The record of what the project leans on: a row a package, with its reason and its licence. */
const RECORD = 'docs/adr/0002-dependencies.md'

/** Loaded by name, without an import of ours. */
const LOADED_BY_NAME = new Map([['@nestjs/platform-express', 'by @nestjs/core']])

/** The record equals the manifests, versions are exact and alike, and a package imports what it declares. */
export const checkDependencies: Check = (files) => {
  const packages = packagesIn(files)
  return [...recordDiffers(packages, files), ...packages.flatMap((of) => looseVersions(of, packages)), ...importFindings(packages, files)]
}

function recordDiffers(packages: readonly Package[], files: readonly TextFile[]): Finding[] {
  const record = files.find((file) => file.path === RECORD)
  const recorded = new Set([...(record?.text.matchAll(/^\|\s*`([^`]+)`/gm) ?? [])].map(([, name]) => name))
  const declared = new Set(packages.flatMap((of) => Object.keys(externalOf(of, packages))))
  const missing = [...declared]
    .filter((name) => !recorded.has(name))
    .map((name) => `${name} is a dependency, but has no row with its reason`)
  const stale = [...recorded].filter((name) => !declared.has(name)).map((name) => `${name} has a row, but nothing depends on it`)
  return [...missing, ...stale].sort().map((message) => ({ path: RECORD, line: 1, message }))
}

function looseVersions(of: Package, packages: readonly Package[]): Finding[] {
  const at = { path: path.posix.join(of.folder, 'package.json'), line: 1 }
  return Object.entries(externalOf(of, packages)).flatMap(([name, version]) => {
    if (!/^(npm:[^@]+@)?\d+\.\d+\.\d+$/.test(version))
      return [{ ...at, message: `${name} is asked for as '${version}'; ask for one exact version` }]
    const other = packages.find((candidate) => (externalOf(candidate, packages)[name] ?? version) !== version)
    return other ? [{ ...at, message: `${name} is ${version} here and another version in ${other.folder}` }] : []
  })
}

function importFindings(packages: readonly Package[], files: readonly TextFile[]): Finding[] {
  const imported = new Map(packages.map((of) => [of.folder, new Set<string>()]))
  const undeclared: Finding[] = []
  for (const file of files.filter((candidate) => /\/src\/.*\.ts$/.test(candidate.path))) {
    const of = packageOf(packages, file.path)
    if (!of) continue
    for (const name of importedBy(file)) {
      imported.get(of.folder)?.add(name)
      if (!mayImport({ of, file, name }, packages))
        undeclared.push({ path: file.path, line: 1, message: `imports ${name}, which ${of.name} does not declare` })
    }
  }
  return [...undeclared, ...packages.filter(({ folder }) => folder !== '.').flatMap((of) => idle(of, imported.get(of.folder) ?? new Set()))]
}

function mayImport({ of, file, name }: { of: Package; file: TextFile; name: string }, packages: readonly Package[]): boolean {
  if (name === of.name || name in of.dependencies || name in of.devDependencies) return true
  const isOurs = packages.some((candidate) => candidate.name === name)
  if (isUnbuilt(file.path)) return isOurs || name in rootOf(packages)
  return /^tools\//.test(file.path) && name in rootOf(packages)
}

function idle(of: Package, imported: ReadonlySet<string>): Finding[] {
  return Object.keys(of.dependencies)
    .filter((name) => !imported.has(name) && !LOADED_BY_NAME.has(name))
    .map((name) => ({ path: path.posix.join(of.folder, 'package.json'), line: 1, message: `declares ${name}, but imports it nowhere` }))
}

/** The packages that a file names in imports and re-exports, built-in ones left out. */
function importedBy(file: TextFile): Set<string> {
  const { imports, passages } = readModule(file)
  const specifiers = [...imports, ...passages].map(({ specifier }) => specifier)
  return new Set(specifiers.filter(isPackage).map(packageNameOf))
}

const isPackage = (specifier: string): boolean => !/^(\.|node:|$)/.test(specifier) && !builtinModules.includes(specifier)
const packageNameOf = (specifier: string): string => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier

function externalOf({ dependencies, devDependencies }: Package, packages: readonly Package[]): Record<string, string> {
  const ours = new Set(packages.map(({ name }) => name))
  return Object.fromEntries(Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => !ours.has(name)))
}

const rootOf = (packages: readonly Package[]): Readonly<Record<string, string>> =>
  packages.find(({ folder }) => folder === '.')?.devDependencies ?? {}
