import type { StoredSnapshot } from '@freshet/materialize'
import { type PositionVector, type Put, START } from '@freshet/online-store'
import { SnapshotServer } from './snapshot-server'

const at = (events: number): PositionVector => ({ ...START, events })
const put = (key: string): Put => ({ key, value: Uint8Array.of(1) })

async function keysOf(snapshot: StoredSnapshot | undefined): Promise<string[]> {
  const keys: string[] = []
  for await (const entries of snapshot?.entries() ?? []) keys.push(...entries.map(({ key }) => key))
  return keys
}

/** A disk on which snapshots of partition 0 were sealed. */
function sealedAt(...events: number[]): SnapshotServer {
  const server = new SnapshotServer(2)
  for (const each of events) server.seal(0, at(each), [[put(`of ${each}`)]])
  return server
}

describe('a disk of simulated snapshots', () => {
  it('gives the furthest, with what was written in its order, and keeps the one before it', async () => {
    const server = sealedAt(3, 9, 5)
    expect(server.newest(0)?.positions).toEqual(at(9))
    expect(await keysOf(server.newest(0))).toEqual(['of 9'])
    expect(server.kept(0)).toEqual([at(9), at(5)])
    expect(server.newest(1)).toBeUndefined()
  })

  it('passes over a torn one', () => {
    const server = sealedAt(3, 9)
    server.tear(0)
    expect(server.newest(0)?.positions).toEqual(at(3))
  })

  it('tears none that is the last whole one', () => {
    const [one, two] = [sealedAt(3), sealedAt(3, 9)]
    one.tear(0)
    for (let i = 0; i < 2; i++) two.tear(0)
    expect([one.newest(0)?.positions, two.newest(0)?.positions]).toEqual([at(3), at(3)])
  })

  it('counts the whole ones alone among those that are kept: a new one may be torn in its turn, and the next whole one is left', () => {
    const server = sealedAt(1, 2)
    expect(server.tear(0)).toBe(true)
    server.seal(0, at(3), [[put('of 3')]])
    expect(server.kept(0)).toEqual([at(3), at(1)])
    expect(server.tear(0)).toBe(true)
    expect(server.newest(0)?.positions).toEqual(at(1))
    expect(server.tear(0)).toBe(false)
    for (const events of [4, 5]) server.seal(0, at(events), [])
    expect(server.kept(0)).toEqual([at(5), at(4)])
  })

  it('gives none back that was set aside, and does not count it', () => {
    const server = sealedAt(3, 9)
    server.setAside(0, at(9))
    expect(server.newest(0)?.positions).toEqual(at(3))
    expect(server.kept(0)).toEqual([at(3)])
  })

  it('needs the log from the older of two whole ones on, and all of it before', () => {
    expect(sealedAt(3).neededFrom(0)).toBeUndefined()
    expect(sealedAt(3, 9).neededFrom(0)).toEqual(at(3))
    const torn = sealedAt(3, 9)
    torn.tear(0)
    expect(torn.neededFrom(0)).toBeUndefined()
  })
})
