import { isFreshetError, type FreshetError } from '@freshet/kernel'
import { assertOffered } from '@freshet/onnx'
import type { Config } from '@freshet/service'
import type { Finding } from './finding'
import { machineFindings, type Machine } from './machine'
import { portFindings } from './ports'
import { providerFindings } from './provider-findings'
import { reachFinding } from './reach'
import { roomFindings } from './room'
import type { Trial } from './step-trial'

/** What is examined, and by whom what is tried. */
export interface Examination {
  readonly config: Config
  readonly machine: Machine
  /** The execution providers of the installed runtime. */
  readonly offered: readonly string[]
  /** Runs a training step on one of them. */
  readonly tryProvider: (provider: string) => Promise<Trial>
}

/** Looks at everything that Freshet needs; one thing after the other where they would disturb each other. */
export async function examine({ config, machine, offered, tryProvider }: Examination): Promise<Finding[]> {
  const around = await Promise.all([
    roomFindings({ directory: config.data, freeBytesMin: config.diskFreeBytesMin }),
    portFindings(config),
    reachFinding({ check: 'event log', address: config.log }),
    reachFinding({ check: 'online store', address: config.store }),
  ])
  const trials: Trial[] = []
  for (const provider of offered) trials.push(await tryProvider(provider)) // each is timed: alone
  return [
    ...machineFindings(machine),
    ...around.flat(),
    ...preferenceFindings(config, offered),
    ...providerFindings(trials, config.providers),
  ]
}

/** A preference for what is not there is refused at boot: the doctor says it before. */
function preferenceFindings({ providers }: Config, offered: readonly string[]): Finding[] {
  const refused = refusalOf(() => assertOffered(providers, offered))
  if (refused === undefined) return []
  const [says, remedy] = refused.message.split('; ', 2)
  return [{ check: 'providers', state: 'wrong', says, remedy }]
}

function refusalOf(attempt: () => void): FreshetError | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (isFreshetError(error)) return error
    throw error
  }
}
