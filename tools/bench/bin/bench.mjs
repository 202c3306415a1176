#!/usr/bin/env node
// Runs a bench by name: npm run -s bench -- <name> [--quick] [--option VALUE]
// A bench is tools/bench/src/<name>.ts; what is stale is built first, the services too, which
// benches start as processes. stdout carries the bench's one JSON document and nothing else.
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const sources = path.join(root, 'tools/bench/src')
const [name, ...rest] = process.argv.slice(2)
const names = fs
  .readdirSync(sources)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .map((file) => path.basename(file, '.ts'))
  .sort()

if (!names.includes(name)) {
  console.error(`bench '${name ?? ''}' does not exist; the benches are: ${names.join(', ') || 'none yet'}`)
  console.error('usage: npm run -s bench -- <name> [--quick]')
  process.exit(2)
}

const built = spawnSync(process.execPath, [path.join(root, 'node_modules/typescript7/bin/tsc'), '-b', 'tsconfig.json'], {
  cwd: root,
  stdio: ['ignore', 2, 2],
})
if (built.status !== 0) process.exit(1)

const program = spawn(process.execPath, [path.join(root, `tools/bench/dist/${name}.js`), ...rest], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => program.kill(signal))
program.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
