import { PreconditionError } from '@freshet/kernel'
import type { StartThread } from '@freshet/learner'
import { type ReplicaNotice, ReplicaRoster } from './replica-roster'
import type { RemoteReplica } from './replica/carrier-to'

const BEGINNING = {} as Parameters<StartThread>[0] // carriers of this test read nothing of it

/** Carriers that do nothing but what a test says of them. */
function carriers() {
  const taken: (RemoteReplica & { end(failure?: Error): void })[] = []
  const carrierTo =
    (replica: RemoteReplica): StartThread =>
    () => {
      const listeners: ((failure?: Error) => void)[] = []
      taken.push({ ...replica, end: (failure) => listeners.forEach((listener) => listener(failure)) })
      return { ready: Promise.resolve(), post: () => undefined, onEnd: (listener) => void listeners.push(listener) }
    }
  return { taken, carrierTo }
}

/** An engine of which the roster sees its crew alone. */
function engineWith(places = Infinity) {
  let invited = 0
  const crew = {
    isClosed: false,
    async invite(start: StartThread): Promise<number> {
      if (invited >= places) throw new PreconditionError('no place is free', 'let one leave first')
      start(BEGINNING)
      return ++invited
    },
  }
  return { crew } as { crew: typeof crew } & Parameters<ReplicaRoster['serve']>[0]
}

function rosterOf(...addresses: string[]) {
  const notices: ReplicaNotice[] = []
  const { taken, carrierTo } = carriers()
  const roster = new ReplicaRoster({ addresses, carrierTo, onNotice: (notice) => notices.push(notice) })
  return { roster, notices, taken }
}

describe('a roster of replicas', () => {
  it('takes a carrier in for each address with each engine, and tells it which graph is meant', () => {
    const { roster, taken } = rosterOf('one:1', 'two:2')
    expect(roster.standings).toEqual([])
    roster.serve(engineWith(), 'a0')
    roster.serve(engineWith(), 'b0')
    expect(taken.map(({ address, graphHash }) => [address, graphHash])).toEqual([
      ['one:1', 'a0'],
      ['two:2', 'a0'],
      ['one:1', 'b0'],
      ['two:2', 'b0'],
    ])
    expect(roster.standings.map(({ state }) => state)).toEqual(['joining', 'joining'])
  })

  it('says how each does by what its carrier said last, each turn once', () => {
    const { roster, taken, notices } = rosterOf('one:1', 'two:2')
    roster.serve(engineWith(), 'a0')
    for (let times = 0; times < 2; times++) taken[1].onNotice({ kind: 'refused', reason: 'another graph' })
    taken[0].onNotice({ kind: 'admitted', reason: '' })
    expect(roster.standings).toEqual([
      { address: 'one:1', state: 'admitted', reason: '' },
      { address: 'two:2', state: 'refused', reason: 'another graph' },
    ])
    expect(notices.map(({ address, state }) => [address, state])).toEqual([
      ['two:2', 'refused'],
      ['one:1', 'admitted'],
    ])
  })

  it('does not listen to carriers of an engine that is stepped by no more', () => {
    const { roster, taken, notices } = rosterOf('one:1')
    roster.serve(engineWith(), 'a0')
    roster.serve(engineWith(), 'b0')
    taken[0].onNotice({ kind: 'admitted', reason: '' })
    taken[0].end()
    expect([roster.standings[0].state, notices]).toEqual(['joining', []])
  })

  it('takes another carrier in where one has ended, later and later, and says why', () => {
    const { roster, taken, notices } = rosterOf('one:1')
    roster.serve(engineWith(), 'a0')
    const looks = [1, 2, 3].map((time) => {
      taken[time - 1].end(new RangeError(`end ${time}`))
      let count = 0
      for (; taken.length === time; count++) roster.look()
      return count
    })
    expect(looks).toEqual([2, 3, 5])
    expect(notices.map(({ state, reason }) => [state, reason])).toEqual([1, 2, 3].map((time) => ['away', `end ${time}`]))
  })

  it('goes on without one for which no place is free, and tries again', async () => {
    const { roster, taken, notices } = rosterOf('one:1', 'two:2')
    roster.serve(engineWith(1), 'a0')
    await Promise.resolve()
    expect([taken.length, roster.standings[1]]).toEqual([
      1,
      { address: 'two:2', state: 'away', reason: 'no place is free; let one leave first' },
    ])
    expect(notices).toHaveLength(1)
  })

  it('takes nobody in for an engine that is closed, and wonders at no end', () => {
    const { roster, taken, notices } = rosterOf('one:1')
    const engine = engineWith()
    roster.serve(engine, 'a0')
    engine.crew.isClosed = true
    taken[0].end()
    for (let look = 0; look < 10; look++) roster.look()
    expect([taken.length, notices]).toEqual([1, []])
  })
})
