import { type Clock, isFreshetError, PreconditionError, UnavailableError } from '@freshet/kernel'
import { MoveFailedError } from './errors'
import type { MovableTrainer, MoveProgress, StateAudit } from './movable-trainer'

/** The two ends of a move, and its patience. */
export interface MoveOptions {
  readonly source: MovableTrainer
  readonly target: MovableTrainer
  readonly clock: Clock
  /** How far behind the target may be when it is granted the model set, in steps. */
  readonly lagStepsMax?: number
  /** How long lock step, and then the target's first record, may take. */
  readonly patienceMs?: number
  /** How many steps ahead of the source the step is that both ends audit: far enough that both hear of it before they are there; 16 unless told. */
  readonly auditAheadSteps?: number
  /** How long they may take to come there; an idle source makes no steps, and a slow one few: then its present state is audited. */
  readonly auditPatienceMs?: number
}

const LAG_STEPS_MAX = 2
const PATIENCE_MS = 120_000
const POLL_MS = 5
const AUDIT_AHEAD_STEPS = 16
const AUDIT_PATIENCE_MS = 1_000

/**
 * Moves a running trainer: join, lock step, audit, grant.
 *
 * The source trains on all the while; until the grant stands in the journal a failure leaves it as if nothing had happened.
 * Afterwards the journal's order decides: a target that does not cut falls silent, and the source claims the model set back.
 * Yields a line at each turn. Throws MoveFailedError naming the phase.
 */
export async function* moveTrainer(options: MoveOptions): AsyncGenerator<MoveProgress> {
  const { source, target, clock } = options
  const [from, to] = await Promise.all([source.status(), target.status()])
  if (from.role !== 'owner') throw new PreconditionError(`the source ${from.id} is ${from.role}, not owner`, `move from ${from.owner}`)
  if (from.id === to.id) throw new PreconditionError(`source and target are both ${from.id}`, 'start a second trainer and name its address')
  yield { phase: 'join', detail: `${to.id} joins ${from.id}`, sourceStep: from.step, targetStep: to.step }
  const joined = await inPhase('join', () => target.follow(source.address))
  yield { phase: 'lock-step', detail: `replays from version ${joined.version}`, sourceStep: from.step, targetStep: joined.step }
  const near = await inPhase('lock-step', () => lockStep(options))
  yield { phase: 'audit', detail: 'compares the full state', ...near }
  const audited = await inPhase('audit', () => audit(options))
  yield {
    phase: 'audit',
    detail: `equal after step ${audited.step}`,
    sourceStep: audited.step,
    targetStep: audited.step,
    digest: audited.digest,
  }
  await inPhase('grant', () => lockStep(options))
  const granted = await inPhase('grant', () => source.grant(to.id))
  const grantedMs = clock.monotonicMs()
  yield {
    phase: 'grant',
    detail: `epoch ${granted.epoch} belongs to ${to.id}`,
    sourceStep: granted.step,
    targetStep: granted.step,
    epoch: granted.epoch,
  }
  const done = await inPhase('grant', () => untilOwner(options, granted.epoch))
  const gapMs = clock.monotonicMs() - grantedMs
  yield {
    phase: 'done',
    detail: `${to.id} trains`,
    sourceStep: granted.step,
    targetStep: done.step,
    epoch: done.epoch,
    gapMs,
    digest: audited.digest,
  }
}

/** Waits until the target has executed all but the last few of the source's steps. */
async function lockStep(options: MoveOptions): Promise<{ sourceStep: number; targetStep: number }> {
  const { source, target, lagStepsMax = LAG_STEPS_MAX } = options
  return poll(options, 'the target to catch up with the source', async () => {
    const targetStep = (await target.status()).step
    const sourceStep = (await source.status()).step
    return sourceStep - targetStep <= lagStepsMax ? { sourceStep, targetStep } : undefined
  })
}

/** One digest of the full state at both ends, after the same step. */
async function audit(options: MoveOptions): Promise<StateAudit> {
  const [ours, theirs] = await poll(
    options,
    'both ends to audit one step',
    async () => (await auditAhead(options)) ?? (await auditAtRest(options)),
  )
  if (ours.digest !== theirs.digest) {
    throw new PreconditionError(
      `after step ${ours.step} the source's state is ${ours.digest}, the target's ${theirs.digest}`,
      'start the target afresh',
    )
  }
  return ours
}

/** At a step that a busy source reaches in a moment; undefined where it does not, or was too fast to be told. */
async function auditAhead(options: MoveOptions): Promise<StateAudit[] | undefined> {
  const { source, target, clock, auditAheadSteps = AUDIT_AHEAD_STEPS, auditPatienceMs = AUDIT_PATIENCE_MS } = options
  const step = (await source.status()).step + auditAheadSteps
  const both = Promise.all([source.audit(step), target.audit(step)]).catch(ignoreBehind)
  return (await Promise.race([both, clock.sleep(auditPatienceMs)])) ?? undefined
}

/** As the source stands now; undefined where the target has gone on meanwhile. */
async function auditAtRest({ source, target }: MoveOptions): Promise<StateAudit[] | undefined> {
  const ours = await source.audit(0)
  const theirs = await target.audit(ours.step).catch(ignoreBehind)
  return theirs && [ours, theirs]
}

/** A step that is behind a trainer cannot be audited there any more: then a later one is. */
function ignoreBehind(error: unknown): undefined {
  if (!isFreshetError(error) || error.code !== 'PRECONDITION') throw error
}

function untilOwner(options: MoveOptions, epoch: number): Promise<{ step: number; epoch: number }> {
  return poll(options, 'the target to act on the grant', async () => {
    const status = await options.target.status()
    if (status.epoch > epoch)
      throw new PreconditionError(`epoch ${status.epoch} followed the grant's ${epoch}`, 'look who owns now: freshet status')
    return status.role === 'owner' && status.epoch === epoch ? { step: status.step, epoch } : undefined
  })
}

async function poll<T>({ clock, patienceMs = PATIENCE_MS }: MoveOptions, what: string, look: () => Promise<T | undefined>): Promise<T> {
  const sinceMs = clock.monotonicMs()
  while (clock.monotonicMs() - sinceMs <= patienceMs) {
    const found = await look()
    if (found !== undefined) return found
    await clock.sleep(POLL_MS)
  }
  throw new UnavailableError(what, `it took longer than ${patienceMs} ms; the source trains on, so try again when there is less load`)
}

async function inPhase<T>(phase: MoveProgress['phase'], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new MoveFailedError(phase, error instanceof Error ? error.message : String(error))
  }
}
