// Plants violations of the module boundaries, lints them through Nx, and insists that each is reported; what is planted is removed again.
// Run without a project graph the boundary rule passes everything, so that a green lint alone proves nothing.
// usage: npm run canary
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const PLANTS = [
  {
    project: 'ranking',
    folder: 'libs/ranking',
    from: '@freshet/training',
    sentence: 'a stage imports another stage',
    report: 'stage:answer',
  },
  {
    project: 'ranking',
    folder: 'libs/ranking',
    from: '@nestjs/common',
    sentence: 'a domain library imports a framework',
    report: 'is not allowed to import "@nestjs/common"',
  },
  {
    project: 'ranking',
    folder: 'libs/ranking',
    from: 'lmdb',
    sentence: 'a domain library imports an engine',
    report: 'is not allowed to import "lmdb"',
  },
  {
    project: 'ranking',
    folder: 'libs/ranking',
    from: '@freshet/contracts/services',
    sentence: 'a domain library imports services',
    report: 'no-restricted-imports',
  },
  {
    project: 'ranking',
    folder: 'libs/ranking',
    from: '@freshet/onnx',
    sentence: 'a domain library imports an adapter',
    report: 'type:domain',
  },
  {
    project: 'tensor',
    folder: 'libs/tensor',
    from: 'onnxruntime-node',
    sentence: 'a math library imports a runtime',
    report: 'is not allowed to import "onnxruntime-node"',
  },
  {
    project: 'event-log',
    folder: 'libs/event-log/port',
    from: '@freshet/model-store',
    sentence: 'a port imports an adapter',
    report: 'type:port',
  },
  {
    project: 'kernel',
    folder: 'libs/kernel',
    from: '@freshet/tensor',
    sentence: 'the kernel imports anything',
    report: 'Circular dependency',
  },
  {
    project: 'ingest',
    folder: 'apps/ingest',
    from: '@freshet/ranking',
    sentence: 'a service imports another stage',
    report: 'stage:observe',
  },
  { project: 'ranking', folder: 'libs/ranking', from: '@freshet/kernel', sentence: 'a legal import stays unreported', report: undefined },
]

const files = PLANTS.map(({ folder }, i) => path.join(folder, `src/canary-${i}.ts`))
const remove = () => files.forEach((file) => fs.rmSync(file, { force: true }))
process.on('exit', remove)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

PLANTS.forEach(({ from }, i) => fs.writeFileSync(files[i], `import '${from}'\n`))
const projects = [...new Set(PLANTS.map(({ project }) => project))].join(',')
const lint = spawnSync('npx', ['nx', 'run-many', '-t', 'lint', '-p', projects, '--skip-nx-cache', '--output-style=stream'], {
  encoding: 'utf8',
  env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NO_COLOR: '1', FORCE_COLOR: '0' },
})
remove()

const reports = lint.stdout.split('\n')
const outcomes = PLANTS.map(({ sentence, report }, i) => {
  const start = reports.findIndex((line) => line.endsWith(files[i]))
  const lines =
    start < 0
      ? []
      : reports.slice(
          start + 1,
          reports.findIndex((line, at) => at > start && line.trim() === ''),
        )
  const isRight = report === undefined ? start < 0 && lint.status !== 0 : lines.some((line) => line.includes(report))
  console.log(`${isRight ? 'ok  ' : 'FAIL'} ${sentence}`)
  return isRight
})
const failed = outcomes.filter((isRight) => !isRight).length
if (failed > 0) console.log(lint.stdout, lint.stderr)
console.log(`${outcomes.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
