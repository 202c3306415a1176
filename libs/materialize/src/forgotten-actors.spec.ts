import { FoldState } from '@freshet/contracts'
import { ForgottenActors } from './forgotten-actors'

const DAY_MS = 86_400_000

describe('forgotten actors', () => {
  it('are known from the moment on that they were forgotten, also after a restart', () => {
    const state = FoldState.create()
    new ForgottenActors(state).add('u', 100)
    const restarted = new ForgottenActors(FoldState.decode(FoldState.encode(state).finish()))
    expect([99, 100, 101].map((timeMs) => restarted.since('u', timeMs))).toEqual([true, true, false])
    expect(restarted.since('v', 0)).toBe(false)
  })

  it('are kept once, as of the last time', () => {
    const state = FoldState.create()
    const actors = new ForgottenActors(state)
    actors.add('u', 200)
    actors.add('u', 100)
    actors.add('u', 300)
    expect(state.forgotten.map(({ acceptedMs }) => acceptedMs)).toEqual([300])
  })

  it('are let go after a day, and can be forgotten again', () => {
    const state = FoldState.create()
    const actors = new ForgottenActors(state)
    actors.add('u', 1)
    actors.add('v', 10)
    actors.advance(DAY_MS + 10)
    expect([actors.since('u', 0), actors.since('v', 0), state.forgotten.length]).toEqual([false, true, 1])
    actors.add('u', DAY_MS)
    expect(actors.since('u', DAY_MS)).toBe(true)
  })
})
