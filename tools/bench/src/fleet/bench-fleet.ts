import { join } from 'node:path'
import { type Config, loadConfig } from '@freshet/service'
import { Fleet, type FleetService } from '@freshet/testing'
import { WORKSPACE } from '../harness/workspace'

/** What the processes of a bench are started with. */
export interface BenchFleetOptions {
  /** The bench's own folder. */
  readonly directory: string
  /** A built-in dictionary, or a file. */
  readonly dictionary: string
  readonly services?: readonly FleetService[]
  /** FRESHET_* settings beside those that all benches share. */
  readonly environment?: Readonly<Record<string, string>>
  /** What one of them has beside that. */
  readonly environmentOf?: (service: FleetService) => Readonly<Record<string, string>>
}

/** All versions are kept unless the environment says otherwise, so that nothing of journal and examples is retired and a twin can begin at the first record. */
const VERSIONS_KEPT = 1000

/** Starts the services as processes of their own, on a data set in the bench's folder. */
export const startFleet = ({ directory, dictionary, services, environment, environmentOf }: BenchFleetOptions): Promise<Fleet> =>
  Fleet.start({
    root: WORKSPACE,
    data: dataOf(directory),
    dictionary,
    services,
    environment: { FRESHET_TRAINER_VERSIONS_KEPT: String(VERSIONS_KEPT), FRESHET_LOGGING_LEVEL: 'info', ...environment },
    environmentOf,
  })

/** Works with a fleet and ends it; where the work fails, each process is quoted with its last words. */
export async function duringFleet<T>(
  starting: Promise<Fleet>,
  say: (text: string) => void,
  work: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  await using fleet = await starting
  try {
    return await work(fleet)
  } catch (error) {
    for (const service of ALL) say(`${service} last said:\n${fleet.lastWords(service)}`)
    throw error
  }
}

const ALL: readonly FleetService[] = ['ingest', 'feature-store', 'trainer', 'standby', 'migrator', 'ranker']

/** The configuration by which this process opens the same data set. */
export const configOf = ({ directory, dictionary, environment = {} }: BenchFleetOptions): Config =>
  loadConfig({
    env: Object.fromEntries(ENGINES.map((name) => [name, environment[name]])),
    overrides: { data: dataOf(directory), dictionary, trainer: { versionsKept: VERSIONS_KEPT }, logging: { level: 'silent' } },
  })

const ENGINES = ['FRESHET_LOG', 'FRESHET_STORE']

const dataOf = (directory: string): string => join(directory, 'data')
