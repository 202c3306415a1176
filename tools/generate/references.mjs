// Writes each package's tsconfig references, and the solution's, from the `@freshet/*` dependencies of its package.json.
// usage: npm run references [-- --check]
import fs from 'node:fs'
import path from 'node:path'
import prettier from 'prettier'
import { packageFolders, readJson } from './packages.mjs'

const check = process.argv.includes('--check')
const folders = packageFolders().filter((folder) => fs.existsSync(path.join(folder, 'tsconfig.json')))
const manifests = new Map(folders.map((folder) => [folder, readJson(path.join(folder, 'package.json'))]))
const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]))
const stale = []

for (const [folder, { dependencies = {} }] of manifests) {
  const names = Object.keys(dependencies).filter((name) => folderOf.has(name))
  await write(
    path.join(folder, 'tsconfig.json'),
    names.map((name) => ({ path: path.relative(folder, folderOf.get(name)) })),
  )
}
await write(
  'tsconfig.json',
  folders.map((folder) => ({ path: `./${folder}` })),
)
if (check && stale.length > 0) {
  console.error(`references are stale in ${stale.join(', ')}; run: npm run references`)
  process.exit(1)
}

async function write(file, references) {
  const before = fs.readFileSync(file, 'utf8')
  const options = await prettier.resolveConfig(file)
  const after = await prettier.format(JSON.stringify({ ...JSON.parse(before), references }), { ...options, filepath: file })
  if (after === before) return
  stale.push(file)
  if (!check) fs.writeFileSync(file, after)
}
