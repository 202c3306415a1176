import { builtInDictionary, compileDictionary } from '@freshet/features'
import { openMemoryFold } from '@freshet/materialize'
import { catalogue, linksOf, liveVisits, visits } from './visits'

const options = { seed: 5, users: 30, items: 20, startMs: 1_700_000_000_000, everyMs: 20_000 }

describe('visits', () => {
  it('are the same prefix whatever their number, and others by another seed', () => {
    expect(visits(40, options)).toEqual(visits(200, options).slice(0, 40))
    expect(visits(40, options)).not.toEqual(visits(40, { ...options, seed: 6 }))
  })

  it('have an id each, and are of items of the catalogue', () => {
    const events = visits(500, options)
    const known = new Set(catalogue(options).map(({ itemId }) => itemId))
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(500)
    expect(
      events.every(({ itemId, impression }) =>
        [itemId, ...(impression?.items ?? []).map((item) => item.itemId)].every((id) => id === '' || known.has(id)),
      ),
    ).toBe(true)
  })

  it('bring every way in which lists and events meet', () => {
    const events = visits(2000, options)
    const clicked = new Map(events.map(({ type, requestId }, i) => [`${type} ${requestId}`, i]))
    const orders = events.flatMap(({ type, requestId }, i) => {
      const click = clicked.get(`click ${requestId}`)
      return type !== 'impression' ? [] : [click === undefined ? 'ignored' : click < i ? 'click first' : 'list first']
    })
    expect(new Set(orders)).toEqual(new Set(['ignored', 'click first', 'list first']))
    expect(events.some(({ timeMs }, i) => i > 0 && timeMs < events[i - 1].timeMs)).toBe(true)
  })

  it('complete examples in the dictionary that they are written for', () => {
    const fold = openMemoryFold({ dictionary: compileDictionary(builtInDictionary('movielens')) })
    const groups = visits(500, options).flatMap((event, sequence) =>
      fold.event({ record: { $case: 'event', event }, sequence, acceptedMs: event.timeMs }),
    )
    expect(groups.length).toBeGreaterThan(250)
  })
})

describe('live visits', () => {
  const events = visits(400, options)
  const live = liveVisits(events)

  it('are the same ones at the time of their arrival', () => {
    expect(live.map(({ eventId, type, itemId, requestId }) => [eventId, type, itemId, requestId])).toEqual(
      events.map(({ eventId, type, itemId, requestId }) => [eventId, type, itemId, requestId]),
    )
    expect(new Set(live.map(({ timeMs }) => timeMs))).toEqual(new Set([0]))
  })

  it('come from users and from sessions, each a session of one user, as its link says', () => {
    const links = new Map(linksOf(live).map(({ sessionId, userId }) => [sessionId, userId]))
    expect(live.map(({ userId, sessionId }) => (sessionId === '' ? userId : links.get(sessionId)))).toEqual(
      events.map(({ userId }) => userId),
    )
    expect([...links.values()].sort()).toEqual(['u0', 'u10', 'u15', 'u20', 'u25', 'u5'])
  })

  it('are linked once a session', () => {
    const links = linksOf(live)
    expect(new Set(links.map(({ sessionId }) => sessionId)).size).toBe(links.length)
    expect(linksOf(events)).toEqual([])
  })
})
