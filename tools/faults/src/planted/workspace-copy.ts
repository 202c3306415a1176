import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type PlantedBug, plantInto } from './planted-bug'

/** Our own packages: they lead into the copy, everything else into the workspace that was installed. */
const SCOPE = '@freshet'

/** A copy of the workspace in which bugs can be planted: its sources are files of its own, its dependencies are the workspace's. */
export interface WorkspaceCopy {
  readonly directory: string
  /** Plants a bug; calling what it returns puts the right text back. Throws InvalidFieldError: see {@link plantInto}. */
  plant(bug: PlantedBug): () => void
}

/** Copies what git knows of the workspace at `root`, and what it does not ignore, into an empty folder. */
export function copyWorkspace(root: string, directory: string): WorkspaceCopy {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    if (!lstatSync(join(root, file)).isSymbolicLink()) copyFileSync(join(root, file), join(directory, file))
  }
  linkDependencies(root, directory)
  for (const folder of packagesOf(root)) linkOwn(root, directory, folder)
  return { directory, plant: (bug) => plant(directory, bug) }
}

function plant(directory: string, bug: PlantedBug): () => void {
  const file = join(directory, bug.file)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, plantInto(text, bug))
  return () => writeFileSync(file, text)
}

function linkDependencies(root: string, directory: string): void {
  const [from, to] = [join(root, 'node_modules'), join(directory, 'node_modules')]
  mkdirSync(join(to, SCOPE), { recursive: true })
  for (const name of readdirSync(from)) if (name !== SCOPE && !name.startsWith('.')) symlinkSync(join(from, name), join(to, name))
  for (const folder of packagesOf(root)) {
    const name = (JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string }).name
    symlinkSync(join(directory, folder), join(to, name))
  }
}

/** The folders of our packages, as npm has linked them. */
function packagesOf(root: string): string[] {
  const links = join(root, 'node_modules', SCOPE)
  return readdirSync(links)
    .map((name) => relative(realpathSync(root), realpathSync(join(links, name))))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
}

/** What npm has put beside a package because another version of it stands at the root. */
function linkOwn(root: string, directory: string, folder: string): void {
  const own = join(root, folder, 'node_modules')
  if (existsSync(own)) symlinkSync(own, join(directory, folder, 'node_modules'))
}
