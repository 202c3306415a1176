// The workspace's packages, from the `workspaces` of the root package.json.
import fs from 'node:fs'
import path from 'node:path'

/** Every folder that holds a package, in the order of `workspaces`, then by name. */
export function packageFolders(root = '.') {
  const { workspaces } = readJson(path.join(root, 'package.json'))
  return workspaces
    .map((pattern) => path.dirname(pattern))
    .flatMap((parent) =>
      fs
        .readdirSync(path.join(root, parent))
        .sort()
        .map((name) => path.join(parent, name)),
    )
    .filter((folder) => fs.existsSync(path.join(root, folder, 'package.json')))
}

/** A JSON file's value. */
export const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'))
