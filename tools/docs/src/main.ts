import fs from 'node:fs'
import { parseArgs } from 'node:util'
import { readBlocks, type ShellBlock } from './blocks'
import { runBlocks, type RunScope } from './run-blocks'

// Executes a page's shell blocks as they stand.
// usage: node tools/docs/dist/main.js README.md [--in FOLDER] [--only NAME | --except NAME]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { in: { type: 'string', default: '.' }, only: { type: 'string' }, except: { type: 'string' } },
})

const chosen = ({ name }: ShellBlock): boolean =>
  values.only === undefined ? name === undefined || name !== values.except : name === values.only

async function main(): Promise<void> {
  const scope: RunScope = { directory: values.in, blockMsMax: 600_000, stopMsMax: 20_000 }
  let passed = 0
  let failed = 0
  for (const page of positionals) {
    for await (const { block, seconds, printed, problem } of runBlocks(readBlocks(fs.readFileSync(page, 'utf8')).filter(chosen), scope)) {
      if (problem === undefined) passed++
      else failed++
      console.log(
        `${problem === undefined ? 'ok  ' : 'FAIL'} ${seconds.toFixed(1).padStart(6)} s  ${page}:${block.line}  ${block.script.split('\n')[0]}`,
      )
      console.log(printed.trimEnd())
      if (problem !== undefined) console.log(`${page}:${block.line} ${problem}`)
    }
  }
  if (passed + failed === 0) failed = 1 // a page without blocks was not executed
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}

void main()
