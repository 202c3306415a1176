import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InvalidFieldError } from '@freshet/kernel'
import { compileOnnx } from '@freshet/onnx'
import { readSeeds } from './faults/seeds'
import { dataDirectory } from './harness/data-directory'
import type { Measured } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import type { QualityScope, QualitySet } from './quality/quality-set'
import { SETS } from './quality/sets'

const ALL = 'all'
const QUICK_SET = 'frappe'

/** How good what is learned is, on public data by published protocols; a quick run is frappe alone, one seed of few epochs. */
async function quality(bench: BenchScope): Promise<Record<string, Measured>> {
  const { isQuick, options, say } = bench
  const scope: QualityScope = {
    ...{ isQuick, say, compile: compileOnnx(), directory: dataDirectory(options.data) },
    seeds: readSeeds(options.seeds ?? (isQuick ? '1' : '1..3')),
    keep: keeper(options.run),
  }
  const figures: Record<string, Measured> = {}
  for (const set of chosenSets(options.set ?? (isQuick ? QUICK_SET : ALL))) {
    const found = await set.run(scope)
    if (!found) say(`${set.name} is absent: --data or FRESHET_BENCH_DATA names the folder of the data sets`)
    Object.assign(figures, found)
  }
  return figures
}

function chosenSets(name: string): readonly QualitySet[] {
  const chosen = SETS.filter((set) => name === ALL || set.name === name)
  if (chosen.length > 0) return chosen
  const rule = `the sets are ${SETS.map((set) => set.name).join(', ')}, or ${ALL} of them`
  throw new InvalidFieldError({ field: '--set', value: name, rule, remedy: 'name one of them' })
}

/** Keeps learning curves in the run's folder, where one was named. */
function keeper(folder: string | undefined): QualityScope['keep'] {
  if (folder === undefined) return () => undefined
  const directory = resolve(folder)
  mkdirSync(directory, { recursive: true })
  return (name, svg) => writeFileSync(join(directory, name), svg)
}

void runBench('quality', quality, { knows: ['set', 'data', 'seeds', 'run'] }).then((code) => process.exit(code))
