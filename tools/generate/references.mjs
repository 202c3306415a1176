// Writes each package's tsconfig references, and the solution's, from the `@freshet/*` dependencies of its package.json.
// usage: npm run references [-- --check]
import fs from 'node:fs'
import path from 'node:path'

const check = process.argv.includes('--check')
const roots = ['libs', 'libs/event-log', 'libs/online-store', 'apps', 'tools']
const folders = roots.flatMap((root) => fs.readdirSync(root).map((name) => path.join(root, name))).filter((folder) => fs.existsSync(path.join(folder, 'package.json')))
const manifests = new Map(folders.map((folder) => [folder, JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))]))
const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]))
const stale = []

for (const [folder, { dependencies = {} }] of manifests) {
  const references = Object.keys(dependencies).filter((name) => folderOf.has(name)).map((name) => ({ path: path.relative(folder, folderOf.get(name)) }))
  write(path.join(folder, 'tsconfig.json'), references)
}
write('tsconfig.json', folders.filter((folder) => fs.existsSync(path.join(folder, 'tsconfig.json'))).map((folder) => ({ path: `./${folder}` })))
if (check && stale.length > 0) {
  console.error(`references are stale in ${stale.join(', ')}; run: npm run references`)
  process.exit(1)
}

function write(file, references) {
  if (!fs.existsSync(file)) return
  const before = fs.readFileSync(file, 'utf8')
  const after = `${JSON.stringify({ ...JSON.parse(before), references }, null, 2)}\n`
  if (after === before) return
  stale.push(file)
  if (!check) fs.writeFileSync(file, after)
}
