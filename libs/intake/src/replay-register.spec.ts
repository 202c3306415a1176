import { ReplayPhase } from '@freshet/contracts'
import { openMemoryLog } from '@freshet/event-log/memory'
import { fakeClock } from '@freshet/testing'
import { createReplayRegister } from './replay-register'

const { REPLAY_PHASE_OPENED: OPENED, REPLAY_PHASE_BEAT: BEAT, REPLAY_PHASE_CLOSED: CLOSED } = ReplayPhase
const record = (replayId: string, phase: ReplayPhase, watermarkMs = 0) => ({ replayId, phase, source: 'file', watermarkMs })

/** Two processes over one log. */
function two() {
  const [log, clock] = [openMemoryLog(), fakeClock(1000)]
  return { clock, ours: createReplayRegister(log, clock), theirs: createReplayRegister(log, clock) }
}

describe('the register of replays', () => {
  it('knows the open replay and how far it has come, until it is closed', async () => {
    const { ours } = two()
    await ours.declare(record('a', OPENED))
    await ours.declare(record('a', BEAT, 500))
    expect(ours.state.open).toEqual({ replayId: 'a', source: 'file', watermarkMs: 500 })
    await ours.declare(record('a', CLOSED, 500))
    expect(ours.state).toEqual({ open: undefined, lastClosedId: 'a' })
  })

  it('takes nothing from a replay that is not the open one', async () => {
    const { ours } = two()
    await ours.declare(record('a', OPENED))
    await ours.declare(record('b', OPENED))
    await ours.declare(record('a', BEAT, 900))
    await ours.declare(record('a', CLOSED))
    expect(ours.state.open).toEqual({ replayId: 'b', source: 'file', watermarkMs: 0 })
  })

  it('lets one of two declare, and shows the other what was declared', async () => {
    const { ours, theirs } = two()
    expect(await ours.declare(record('a', OPENED))).toBe(true)
    expect(await theirs.declare(record('b', OPENED))).toBe(false)
    expect(theirs.state.open?.replayId).toBe('a')
    expect(await theirs.declare(record('b', OPENED))).toBe(true)
  })

  it('measures silence from the last record that it read', async () => {
    const { clock, ours, theirs } = two()
    await ours.declare(record('a', OPENED))
    await clock.advance(700)
    expect(ours.silenceMs()).toBe(700)
    await theirs.refresh()
    await theirs.declare(record('a', BEAT))
    await ours.refresh()
    expect(ours.silenceMs()).toBe(0)
  })

  it('follows the topic as it grows, until it is told to stop', async () => {
    const { clock, ours, theirs } = two()
    const stop = new AbortController()
    const following = theirs.follow(stop.signal)
    await ours.declare(record('a', OPENED))
    await clock.advance(1)
    expect(theirs.state.open?.replayId).toBe('a')
    stop.abort()
    await following
  })

  it('reads on from what is kept, after the rest was retired', async () => {
    const [log, clock] = [openMemoryLog(), fakeClock()]
    const writer = createReplayRegister(log, clock)
    await writer.declare(record('a', OPENED))
    await writer.declare(record('a', CLOSED))
    await writer.declare(record('b', OPENED))
    await log.trim({ topic: 'replays', partition: 0 }, 2)
    const reader = createReplayRegister(log, clock)
    await reader.refresh()
    expect([reader.state.open?.replayId, reader.end]).toEqual(['b', 3])
  })
})
