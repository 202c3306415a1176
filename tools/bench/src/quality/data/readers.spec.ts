import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { itemCount, readLists, readPairs } from './histories'
import { readLibfm } from './libfm'
import { inOrderOfTime, readRatings } from './movielens'
import { readHeldOut, readShop } from './retailrocket'

describe('readers', () => {
  let directory: string
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'freshet-quality-'))))
  afterEach(() => rmSync(directory, { recursive: true }))
  const written = (text: string): string => {
    const path = join(directory, 'file')
    writeFileSync(path, text)
    return path
  }

  it('read a list a line, leaving users without one empty', () => {
    expect(readLists(written('0 5 6\n2 7\n'))).toEqual([[5, 6], [], [7]])
  })

  it('read a pair a line, in order', () => {
    expect(readPairs(written('1 9\n1 4\n0 9\n'))).toEqual([[9], [9, 4]])
  })

  it('count items by the largest number in any list', () => {
    expect(itemCount([[3], []], [[8, 1]])).toBe(9)
    expect(itemCount([])).toBe(0)
  })

  it('refuse what is no number, naming the file', () => {
    const path = written('0 5 x\n')
    expect(() => readLists(path)).toThrow(path)
    expect(() => readPairs(written('7\n'))).toThrow("'nothing' stands where a whole number")
  })

  it('number users and items of ratings by their first occurrence', () => {
    const path = written('user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t20\n7\t242\t5\t10\n196\t9\t1\t5\n')
    const { ratings, users, items } = readRatings(path)
    expect([users, items]).toEqual([2, 2])
    expect(ratings).toEqual([
      { user: 0, item: 0, rating: 3, time: 20 },
      { user: 1, item: 0, rating: 5, time: 10 },
      { user: 0, item: 1, rating: 1, time: 5 },
    ])
    expect(inOrderOfTime(ratings, users).map((own) => own.map(({ item }) => item))).toEqual([[1, 0], [0]])
  })

  it('keep events of one second in the order of the file', () => {
    const events = [4, 2, 9].map((item) => ({ user: 0, item, time: 1 }))
    expect(inOrderOfTime(events, 1)[0].map(({ item }) => item)).toEqual([4, 2, 9])
  })

  it("read a shop's events and what was held out", () => {
    expect(readShop(written('timestamp,user,item,event\n10,1,2,view\n11,1,2,buy\n12,1,2,hum\n'))).toEqual([
      { time: 10, user: 1, item: 2, behaviour: 'view' },
      { time: 11, user: 1, item: 2, behaviour: 'buy' },
    ])
    expect(readHeldOut(written('user,item\n0,4\n'))).toEqual([{ user: 0, item: 4 }])
  })

  it('read labelled fields', () => {
    const { count, fields, ids, labels } = readLibfm(written('1 78:1 1070:1\n-1 5:1 6:1\n'))
    expect({ count, fields, ids: [...ids], labels: [...labels] }).toEqual({ count: 2, fields: 2, ids: [78, 1070, 5, 6], labels: [1, 0] })
    expect(() => readLibfm(written('1 78:1\n-1 5:1 6:1\n'))).toThrow('line 2 has 2 fields, the first has 1')
  })
})
