import { ReplayPhase } from '@freshet/contracts'
import { InvalidFieldError, NotFoundError, PreconditionError, type Clock } from '@freshet/kernel'
import { ReplayOpenError } from './errors'
import type { IntakeSettings } from './limits'
import { createReplayClock, type ReplayClock } from './replay-clock'
import type { OpenReplay, ReplayRegister } from './replay-register'

/** Who the desk works with. */
export interface ReplayDeskScope {
  readonly clock: Clock
  readonly settings: IntakeSettings
  readonly register: ReplayRegister
  /** Writes the tick that closes a replay into every partition, and returns once it is durable. */
  readonly closeClock: (watermarkMs: number) => Promise<void>
}

/** Opens, keeps alive and closes replays; says who may write now. */
export interface ReplayDesk {
  /** The id of a new replay. The same source again takes an open replay over; throws ReplayOpenError when another one is open. */
  open(source: string): Promise<string>
  /** The file's clock; throws NotFoundError or PreconditionError when this replay is not driven here, or not any more. */
  clockOf(replayId: string): ReplayClock
  /** Closes all windows, then lets live writes in. Closing twice is closing once. */
  close(replayId: string): Promise<void>
  /** Throws ReplayOpenError while any process drives a replay. */
  assertLive(): void
  readonly current: OpenReplay | undefined
  /** Once a tick: a sign of life for the replay driven here; the end of one whose client or process is gone. */
  attend(): Promise<void>
}

/** A desk that drives at most one replay, as its register says. */
export function createReplayDesk({ clock, settings, register, closeClock }: ReplayDeskScope): ReplayDesk {
  let driven: ReplayClock | undefined
  let activeMs = 0

  const drives = (): ReplayClock | undefined => (driven && register.state.open?.replayId === driven.replayId ? driven : undefined)
  const declare = (phase: ReplayPhase, { replayId, source, watermarkMs }: OpenReplay): Promise<boolean> =>
    register.declare({ replayId, source, phase, watermarkMs })

  const end = async (open: OpenReplay): Promise<void> => {
    const watermarkMs = Math.max(open.watermarkMs, drives()?.watermarkMs ?? 0)
    await closeClock(watermarkMs)
    while (register.state.open?.replayId === open.replayId) await declare(ReplayPhase.REPLAY_PHASE_CLOSED, { ...open, watermarkMs })
    driven = undefined
  }

  return {
    async open(source) {
      if (source === '')
        throw new InvalidFieldError({
          field: 'source',
          value: source,
          rule: 'a replay says what it replays',
          remedy: 'send the name of the file',
        })
      await register.refresh()
      for (;;) {
        const { open } = register.state
        if (open && open.source !== source) throw new ReplayOpenError(open.replayId, open.source)
        const replayId = `replay-${register.end}`
        if (!(await declare(ReplayPhase.REPLAY_PHASE_OPENED, { replayId, source, watermarkMs: open?.watermarkMs ?? 0 }))) continue
        driven = createReplayClock(replayId, settings.replayTickMs)
        activeMs = clock.monotonicMs()
        return replayId
      }
    },

    clockOf(replayId) {
      const mine = drives()
      if (mine?.replayId !== replayId) throw lost(replayId, driven)
      activeMs = clock.monotonicMs()
      return mine
    },

    async close(replayId) {
      if (register.state.lastClosedId === replayId) return
      const { open } = register.state
      if (open?.replayId !== replayId || !drives()) throw lost(replayId, driven)
      await end(open)
    },

    assertLive() {
      const { open } = register.state
      if (open) throw new ReplayOpenError(open.replayId, open.source)
    },

    get current() {
      return register.state.open
    },

    async attend() {
      await register.refresh()
      const { open } = register.state
      if (!open) return
      const mine = drives()
      if (mine && clock.monotonicMs() - activeMs <= settings.replayIdleMs)
        await declare(ReplayPhase.REPLAY_PHASE_BEAT, { ...open, watermarkMs: mine.watermarkMs })
      else if (mine || register.silenceMs() > settings.replaySilenceMs) await end(open)
    },
  }
}

function lost(replayId: string, driven: ReplayClock | undefined): NotFoundError | PreconditionError {
  const remedy = 'open the replay again and go on with what was not acknowledged'
  return driven?.replayId === replayId
    ? new PreconditionError(`replay '${replayId}' was taken over or closed`, remedy)
    : new NotFoundError('replay', replayId, remedy)
}
