import fs from 'node:fs'
import path from 'node:path'

/** A file of the repository, by its path from the root. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/** One place that breaks one rule. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** A rule of the house: files in, the places that break it out. Pure, so that each is tried on planted files. */
export type Check = (files: readonly TextFile[]) => Finding[]

/** Every text file under `root` that people or generators write. */
export function readRepository(root: string): TextFile[] {
  return [...walk(root, '')].sort().map((file) => ({ path: file, text: fs.readFileSync(path.join(root, file), 'utf8') }))
}

/** A file of code: what lengths and names are asked of. */
export const isCode = ({ path: file }: TextFile): boolean => /\.(ts|mjs|cjs)$/.test(file) && !isGenerated(file)

/** A specification, or what only specifications use. */
export const isSpec = (file: string): boolean => /\.spec\.ts$/.test(file) || file.startsWith('libs/testing/')

/** A specification, or a file that stands beside one to serve it; neither is built. */
export const isUnbuilt = (file: string): boolean => /\.(spec|fixture)\.ts$/.test(file)

/** Written by a generator: held to its generator's style. */
export const isGenerated = (file: string): boolean => file.includes('/generated/')

/** One line for people: where, then what. */
export const spell = ({ path: file, line, message }: Finding): string => `${file}:${line} ${message}`

const TEXT = /(^|\/)(run|LICENSE|\.npmrc|\.gitignore|\.prettierignore)$|\.(ts|mjs|cjs|js|json|md|yaml|yml|proto|sh|svg|jsonl|csv)$/
const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.nx', '.freshet', 'coverage'])

function* walk(root: string, folder: string): Generator<string> {
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const file = path.posix.join(folder, entry.name)
    if (NOT_OURS.has(entry.name)) continue
    if (entry.isDirectory()) yield* walk(root, file)
    else if (entry.isFile() && TEXT.test(file)) yield file
  }
}
