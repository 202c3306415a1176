import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@freshet/kernel'
import { type BackEnd, EMBEDDED } from './faults/back-end'
import { startBackEnd } from './faults/kafka-redis'
import { besiege } from './faults/one-seed'
import { keepsLittle } from './faults/retention'
import { appendRecord, assertNew, failedRecord, figuresOf, readRecords, type SeedRecord } from './faults/seed-record'
import { readSeeds } from './faults/seeds'
import { type EngineName, engineNamed } from './harness/engine-name'
import { type BenchScope, runBench } from './harness/run-bench'

const FULL = { count: 40, versionSteps: 200 } // one fleet, one stream and one judgement for all faults; eight seconds from version to version: increments lie between
const QUICK = { count: 4, versionSteps: 40 } // the log lets go of its beginning before the first fault: soon

/** Faults upon running services, seed by seed: nothing lost, nothing counted twice, and each state its twin's. */
async function faults({ isQuick, directory, options, say }: BenchScope) {
  const start = BACK_ENDS[engineNamed(options.engine)]
  const { count, versionSteps } = isQuick ? QUICK : FULL
  const records: SeedRecord[] = options.append === undefined ? [] : readRecords(options.append)
  for (const seed of readSeeds(options.seeds ?? '1..1')) {
    const own = join(directory, `seed-${seed}`)
    await using backEnd = await start(`${own}-engines`)
    const retention = keepsLittle(options.retention, seed) ? { versionSteps } : undefined
    assertNew(records, { seed, engine: backEnd.name })
    const record = await besiege({ seed, count, retention, backEnd, directory: own, say }).catch((error: unknown) =>
      failedRecord({ seed, engine: backEnd.name }, error),
    )
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

void runBench('faults', faults, { knows: ['seeds', 'append', 'engine', 'retention'] }).then((code) => process.exit(code))
