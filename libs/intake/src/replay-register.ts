import { ReplayPhase, ReplayRecord } from '@freshet/contracts'
import { OffsetConflictError, REPLAYS, type EventLog } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'

/** A replay that is open: whose clock rules instead of the wall's. */
export interface OpenReplay {
  readonly replayId: string
  readonly source: string
  readonly watermarkMs: number
}

/** What the topic `replays` says so far. */
export interface ReplayState {
  readonly open: OpenReplay | undefined
  readonly lastClosedId: string | undefined
}

/** One record more. A record about a replay that is not the open one changes nothing. */
function foldReplay(state: ReplayState, { replayId, phase, source, watermarkMs }: ReplayRecord): ReplayState {
  if (phase === ReplayPhase.REPLAY_PHASE_OPENED) return { ...state, open: { replayId, source, watermarkMs } }
  if (state.open?.replayId !== replayId) return state
  if (phase === ReplayPhase.REPLAY_PHASE_CLOSED) return { open: undefined, lastClosedId: replayId }
  return { ...state, open: { ...state.open, watermarkMs } }
}

/** The one place where processes agree which replay is open: a fold of the topic, and writes only at its end. */
export interface ReplayRegister {
  readonly state: ReplayState
  /** Milliseconds since the open replay last gave a sign of life, by this process's clock. */
  silenceMs(): number
  /** Where the next record will stand, as far as this process has read. */
  readonly end: number
  /** Reads what others have declared. */
  refresh(): Promise<void>
  /** Appends at the end that was read; false, and refreshed, when somebody else has declared something since. */
  declare(record: ReplayRecord): Promise<boolean>
  /** Keeps refreshing as the topic grows. */
  follow(signal: AbortSignal): Promise<void>
}

/** A register that has not read anything yet. */
export function createReplayRegister(log: EventLog, clock: Clock): ReplayRegister {
  let state: ReplayState = { open: undefined, lastClosedId: undefined }
  let end = 0
  let heardMs = clock.monotonicMs()

  const take = (offset: number, record: ReplayRecord): void => {
    if (offset < end) return // a concurrent refresh was faster
    state = foldReplay(state, record)
    end = offset + 1
    heardMs = clock.monotonicMs()
  }

  const refresh = async (): Promise<void> => {
    end = Math.max(end, await log.first(REPLAYS))
    for (;;) {
      const records = await log.read(REPLAYS, end, { records: 1000 })
      if (records.length === 0) return
      for (const { offset, value } of records) take(offset, ReplayRecord.decode(value))
    }
  }

  return {
    get state() {
      return state
    },
    get end() {
      return end
    },
    silenceMs: () => clock.monotonicMs() - heardMs,
    refresh,

    async declare(record) {
      try {
        take(await log.appendIf(REPLAYS, end, { key: record.replayId, value: ReplayRecord.encode(record).finish() }), record)
        return true
      } catch (error) {
        if (!(error instanceof OffsetConflictError)) throw error
        await refresh()
        return false
      }
    },

    async follow(signal) {
      while (!signal.aborted) {
        await log.grown(REPLAYS, end, signal)
        if (!signal.aborted) await refresh()
      }
    },
  }
}
