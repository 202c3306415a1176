import { migrator } from '@freshet/contracts/services'
import { RecentMoves } from './recent-moves'

const line = (moveId: string, detail: string) => migrator.MoveResponse.create({ moveId, detail })

describe('recent moves', () => {
  it('keep the newest line of each, oldest move first', () => {
    const moves = new RecentMoves()
    for (const detail of ['join', 'grant']) for (const moveId of ['a', 'b']) moves.note(line(moveId, detail))
    expect(moves.list()).toEqual([line('a', 'grant'), line('b', 'grant')])
  })

  it('forget the oldest beyond a hundred', () => {
    const moves = new RecentMoves()
    for (let i = 0; i < 103; i++) moves.note(line(String(i), ''))
    expect([moves.list().length, moves.list()[0].moveId]).toEqual([100, '3'])
  })
})
