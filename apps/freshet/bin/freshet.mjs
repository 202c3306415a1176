#!/usr/bin/env node
// The committed launcher: npm links a workspace's bin at install time, when there is no dist yet. Builds it on first use.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)
const workspace = fileURLToPath(new URL('../../..', import.meta.url))

if (!existsSync(main)) {
  process.stderr.write('freshet: first use, building\n')
  const compiler = fileURLToPath(new URL('../../../node_modules/typescript7/bin/tsc', import.meta.url))
  const { status } = spawnSync(process.execPath, [compiler, '-b', 'tsconfig.json'], { cwd: workspace, stdio: ['ignore', 2, 2] })
  if (status !== 0) {
    process.stderr.write(`freshet: the build failed; run \`npm ci && npm run build\` in ${workspace}\n`)
    process.exit(2)
  }
}

await import(main.href)
