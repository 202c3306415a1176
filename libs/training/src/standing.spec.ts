import type { ForeignPartition } from './example-marks'
import { Standing } from './standing'

type Line = Parameters<Standing['news']>[0]
const line = (shortBy: number, ...foreign: ForeignPartition[]): Line =>
  ({ desk: { shortBy, position: 40 }, source: { foreign } }) as unknown as Line

describe('what there is to say of a line that stands still', () => {
  it('is nothing as long as it goes on', () => {
    expect(new Standing().news(line(0))).toBeUndefined()
  })

  it('is said once, again where it changes, and once more when it is over', () => {
    const standing = new Standing()
    const said = (...args: Parameters<typeof line>) => standing.news(line(...args))?.because
    expect(said(0, { partition: 3, trouble: 'short' })).toEqual([expect.stringMatching(/^examples\/3 ends before what was learned of it/)])
    expect(said(0, { partition: 3, trouble: 'short' })).toBeUndefined()
    expect(said(5, { partition: 3, trouble: 'other' })).toEqual([
      'the journal was read up to 40, and ends 5 records before',
      expect.stringMatching(/^examples\/3 has another record/),
    ])
    expect(said(0)).toEqual([])
    expect(said(0)).toBeUndefined()
  })
})
