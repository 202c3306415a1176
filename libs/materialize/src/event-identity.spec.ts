import { IdentityWindow } from '@freshet/contracts'
import fc from 'fast-check'
import { CHUNK_PREFIX, EventIdentity, IDENTITY_BOUNDS } from './event-identity'

const HOUR_MS = 3_600_000

/** A store of chunks, and a restart from it. */
function restartable(bounds = IDENTITY_BOUNDS) {
  const stored = new Map<string, Uint8Array>()
  let identity = new EventIdentity(IdentityWindow.create(), bounds)
  return {
    take: (id: string): boolean => identity.take(id),
    advance: (timeMs: number): void => identity.advance(timeMs),
    stored,
    commit(): void {
      for (const { key, value } of identity.puts()) {
        if (value === null) stored.delete(key)
        else stored.set(key, value)
      }
    },
    restart(): void {
      this.commit()
      const window = IdentityWindow.decode(IdentityWindow.encode(identity.window).finish())
      identity = new EventIdentity(window, bounds)
      for (const key of [...stored.keys()].sort()) identity.restore(key, stored.get(key) ?? new Uint8Array(0))
    },
  }
}

describe('the identity of events', () => {
  it('lets an id be effective once', () => {
    const identity = restartable()
    expect(['a', 'b', 'a', 'b', 'c'].map((id) => identity.take(id))).toEqual([true, true, false, false, true])
  })

  it('forgets an id when the watermark is a day on', () => {
    const identity = restartable()
    identity.advance(HOUR_MS * 10)
    identity.take('a')
    identity.advance(HOUR_MS * 34)
    expect(identity.take('a')).toBe(false)
    identity.advance(HOUR_MS * 35)
    expect(identity.take('a')).toBe(true)
  })

  it('forgets an id when too many came since, and deletes its chunk', () => {
    const identity = restartable({ hours: 24, ids: 600 })
    for (let i = 0; i < 512; i++) identity.take(`i${i}`)
    identity.commit()
    expect([...identity.stored.keys()]).toEqual([`${CHUNK_PREFIX}000000000000`])
    for (let i = 512; i < 1200; i++) identity.take(`i${i}`)
    identity.commit()
    expect([...identity.stored.keys()]).toEqual([`${CHUNK_PREFIX}000000000001`, `${CHUNK_PREFIX}000000000002`])
    expect(identity.take('i599')).toBe(true)
    expect(identity.take('i700')).toBe(false)
  })

  it('starts its hours over under a clock that is behind, and forgets nothing twice', () => {
    const identity = restartable()
    identity.advance(HOUR_MS * 1000)
    identity.take('a')
    identity.advance(HOUR_MS * 2)
    expect(identity.take('a')).toBe(false)
    identity.advance(HOUR_MS * 27)
    expect(identity.take('a')).toBe(true)
  })

  it('decides the same whenever it is restarted', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ id: fc.nat(30).map((n) => `i${n}`) }) },
      { weight: 2, arbitrary: fc.record({ hour: fc.nat(60) }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.array(fc.nat(80)), (steps, restarts) => {
        const [steady, restarted] = [restartable({ hours: 24, ids: 20 }), restartable({ hours: 24, ids: 20 })]
        steps.forEach((each, i) => {
          if (restarts.includes(i)) restarted.restart()
          if ('hour' in each) for (const identity of [steady, restarted]) identity.advance(each.hour * HOUR_MS)
          else expect(restarted.take(each.id)).toBe(steady.take(each.id))
        })
      }),
    )
  })
})
