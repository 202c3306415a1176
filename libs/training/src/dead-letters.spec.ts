import { Cut } from '@freshet/contracts'
import { DEAD_LETTER } from '@freshet/event-log'
import { keepCut, keepExamples } from './dead-letters'
import type { LeftOut } from './pending-result'
import { group, groups, openRoom, publish, type Room } from './training-room.fixture'

const FACTS = { code: 'VOID_CUT', message: 'it ended its process', nowMs: 1 }
const leftOut = (offset: number, item: number): LeftOut => ({ step: 1, partition: 0, group: group(offset), item })
const keys = async (room: Room): Promise<string[]> => (await room.log.read(DEAD_LETTER, 0, { records: 1e4 })).map(({ key }) => key)

describe('dead letters', () => {
  it('of a cut are kept once, also where the first who kept them was gone before it was through', async () => {
    const room = openRoom()
    await publish(room.log, 0, groups(0, 3))
    const cutOf = (to: number): Cut => Cut.create({ step: 1, ranges: [{ partition: 0, from: 0, to }] })
    await keepCut(room.log, cutOf(2), FACTS)
    await keepCut(room.log, cutOf(3), FACTS)
    expect(await keys(room)).toEqual(['examples/0/0', 'examples/0/1', 'examples/0/2'])
  })

  it('of examples are kept once, each under its identity', async () => {
    const room = openRoom()
    await keepExamples(room.log, [leftOut(4, 0), leftOut(4, 2)], 1)
    await keepExamples(room.log, [leftOut(4, 2), leftOut(5, 1)], 2)
    await keepExamples(room.log, [leftOut(4, 0)], 3)
    expect(await keys(room)).toEqual(['examples/0/4.0.0', 'examples/0/4.0.2', 'examples/0/5.0.1'])
  })

  it('are looked for behind what others have written meanwhile', async () => {
    const room = openRoom()
    await keepExamples(room.log, [leftOut(4, 0)], 1)
    await room.log.append(DEAD_LETTER, Array.from({ length: 2000 }, (_, i) => ({ key: `http/${i}`, value: new Uint8Array(9) }))) // prettier-ignore
    await keepExamples(room.log, [leftOut(4, 0)], 2)
    expect(await keys(room)).toHaveLength(2001)
  })
})
