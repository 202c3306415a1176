import { TrainerClient } from '@freshet/contracts/services'
import { JOURNAL } from '@freshet/event-log'
import { call, connect, openRuntime, type Config } from '@freshet/service'
import { openTrainerOptions } from '@freshet/trainer-service'
import { EMPTY_SHELF, replayTwin, type TwinOptions } from '@freshet/training'
import type { Progress } from '../import/progress'

/** What a twin says of a data set. */
export interface Verification {
  /** Where the twin began: a version, or the genesis record. */
  readonly from: string
  /** What it was held against: the running trainer, or the newest version and all that followed. */
  readonly against: string
  readonly step: number
  readonly stepsReplayed: number
  readonly rows: number
  readonly digest: string
  readonly expected: string
  readonly isEqual: boolean
}

/** What is verified. */
export interface VerifyOptions {
  readonly config: Config
  /** The address of the trainer that runs; undefined where none does. */
  readonly trainer: string | undefined
  readonly progress: Progress
}

const AUDIT_DEADLINE_MS = 120_000

/**
 * Rebuilds the model as a twin, from as far back as the log reaches, and compares the SHA-256 of the full state: with the running
 * trainer's where one runs, else with what a trainer would restart from. Writes nothing.
 */
export async function verify({ config, trainer, progress }: VerifyOptions): Promise<Verification> {
  const live = trainer === undefined ? undefined : await auditOf(trainer)
  await using runtime = await openRuntime(config)
  const options = await openTrainerOptions(runtime, { id: 'twin', onNotice: () => undefined })
  const isWhole = (await runtime.log.first(JOURNAL)) === 0
  const [oldest] = await options.shelf.list()
  const replay = async (phase: string, start: Partial<TwinOptions>) => {
    progress.start(phase, live?.step ?? 0)
    const outcome = await replayTwin({ ...options, ...start, until: live?.step, onStep: (step) => progress.at(step) })
    progress.end()
    return outcome
  }
  const twin = await replay('twin', isWhole ? { shelf: EMPTY_SHELF } : { from: oldest?.name })
  const expected = live ?? (await replay('restart', {}))
  return {
    from: twin.from === '' ? 'genesis' : twin.from,
    against: live ? `the running trainer at ${trainer}` : 'the newest version and the journal after it',
    ...{ step: twin.step, stepsReplayed: twin.steps, rows: twin.rows, digest: twin.digest },
    expected: expected.digest,
    isEqual: twin.digest === expected.digest && twin.step === expected.step,
  }
}

/** The digest of the state as it is now; a version would push the oldest one out, from which the twin is to begin. */
async function auditOf(address: string): Promise<{ readonly step: number; readonly digest: string }> {
  const client = connect(TrainerClient, address)
  try {
    return await call(client, 'audit', { step: 0 }, { deadlineMs: AUDIT_DEADLINE_MS })
  } finally {
    client.close()
  }
}
