import { type Commit, START, type Standing, StalePositionError } from '@freshet/online-store'
import { StoreServer } from './store-server'

const at = (events: number, lineage: string): Standing => ({ ...START, events, lineage })
const commit = (expect: Standing, next: Standing): Commit => ({ expect, next, puts: [], outbox: [], publishedBelow: 0 })

describe('a simulated store', () => {
  it('can be turned back to what was kept, and says how often it was', () => {
    const store = new StoreServer(1)
    store.commit(0, commit(START, at(1, 'a')))
    store.keep(0)
    store.commit(0, commit(at(1, 'a'), at(2, 'b')))
    store.rewind(0)
    expect([store.positions(0), store.turnsOf(0)]).toEqual([at(1, 'a'), 1])
    expect(() => store.commit(0, commit(at(2, 'b'), at(3, 'c')))).toThrow(StalePositionError)
  })

  it('says where it stands with what it holds', () => {
    const store = new StoreServer(1)
    const value = Uint8Array.of(7)
    store.commit(0, { ...commit(START, at(1, 'a')), puts: [{ key: 'i:a', value }] })
    expect(store.look(0, ['i:b', 'i:a'])).toEqual({ at: at(1, 'a'), values: [undefined, value] })
    store.forget(0)
    expect(store.look(0, ['i:a'])).toEqual({ at: START, values: [undefined] })
  })

  it('comes back with nothing, whatever was kept', () => {
    const store = new StoreServer(1)
    store.commit(0, commit(START, at(1, 'a')))
    store.keep(0)
    store.forget(0)
    expect(store.positions(0)).toEqual(START)
  })

  it('lies in wait for a commit that comes after somebody has found it standing somewhere, once', () => {
    const store = new StoreServer(2)
    let sprung = 0
    store.lieInWait(0, () => void sprung++)
    store.commit(0, commit(START, at(1, 'a'))) // nobody had asked
    expect(sprung).toBe(0)
    const found = store.positions(0)
    store.positions(1)
    store.commit(1, commit(START, at(1, 'a'))) // another partition
    expect(sprung).toBe(0)
    store.commit(0, commit(found, at(2, 'b')))
    store.rewind(0)
    expect([sprung, store.positions(0)]).toEqual([1, found])
    store.commit(0, commit(found, at(2, 'c')))
    expect(sprung).toBe(1)
  })
})
