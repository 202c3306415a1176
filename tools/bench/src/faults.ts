import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@freshet/kernel'
import { type BackEnd, EMBEDDED } from './faults/back-end'
import { startBackEnd } from './faults/kafka-redis'
import { besiege } from './faults/one-seed'
import { appendRecord, figuresOf, readRecords, type SeedRecord } from './faults/seed-record'
import { readSeeds } from './faults/seeds'
import { type EngineName, engineNamed } from './harness/engine-name'
import { type BenchScope, runBench } from './harness/run-bench'

const FAULTS_PER_SEED = 40 // one fleet and one stream for all of them, and one judgement
const QUICK_FAULTS = 4

/** Faults upon running services, seed by seed: nothing lost, nothing counted twice, and each state its twin's. */
async function faults({ isQuick, directory, options, say }: BenchScope) {
  const start = BACK_ENDS[engineNamed(options.engine)]
  const records: SeedRecord[] = options.append === undefined ? [] : readRecords(options.append)
  for (const seed of readSeeds(options.seeds ?? '1..1')) {
    const own = join(directory, `seed-${seed}`)
    await using backEnd = await start(`${own}-engines`)
    const record = await besiege({ seed, count: isQuick ? QUICK_FAULTS : FAULTS_PER_SEED, backEnd, directory: own, say })
    records.push(record)
    say(JSON.stringify(record))
    if (options.append !== undefined) appendRecord(options.append, record)
    rmSync(own, { recursive: true, force: true })
  }
  return figuresOf(records)
}

/** By name: how one is started, for one seed. */
const BACK_ENDS: Readonly<Record<EngineName, (directory: string) => Promise<BackEnd>>> = {
  embedded: () => Promise.resolve(EMBEDDED),
  'kafka-redis': (directory) => startBackEnd({ directory, clock: systemClock }),
}

void runBench('faults', faults, { knows: ['seeds', 'append', 'engine'] }).then((code) => process.exit(code))
