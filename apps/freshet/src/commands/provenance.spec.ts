import { ranker } from '@freshet/contracts/services'
import { listText } from './provenance'

const provenance = (given: Partial<ranker.Provenance> = {}): ranker.Provenance => ({ ...ranker.Provenance.create(), ...given })
const item = (itemId: string, score: number, explanation?: Partial<ranker.Explanation>): ranker.RankedItem =>
  ranker.RankedItem.fromPartial({ itemId, score, source: 'two-tower', ...(explanation && { explanation }) })

describe('a list for people', () => {
  it('numbers its items, and says below what it was made of', () => {
    const made = provenance({ modelVersion: { rowStep: 1234, denseStep: 7 }, contains: [3, -1] })
    expect(listText([item('book-1', 0.5), item('b', 0.123456)], made)).toBe(
      [
        '#  item    score   source',
        '1  book-1  0.5000  two-tower',
        '2  b       0.1235  two-tower',
        '',
        'model: rows at step 1,234, dense at step 7; contains events up to [3 -1]',
      ].join('\n'),
    )
  })

  it('says why it is less than it could be, every reason', () => {
    expect(listText([], provenance({ degraded: ['no-vectors', 'no-items'] }))).toBe(
      [
        'nothing to recommend yet: send events, or import a data set',
        '',
        'model: rows at step 0, dense at step 0; contains events up to []',
        'degraded: no-vectors; no-items',
      ].join('\n'),
    )
  })

  it('shows of an explanation the four strongest features, be they for or against, and a boost where there was one', () => {
    const features = { weak: 0.01, for: 0.5, against: -0.9, some: 0.2, more: 0.3 }
    const [, plain, boosted] = listText(
      [
        item('a', 1, { clickProbability: 0.25, recallScore: 1.5, boost: 1, features }),
        item('b', 1, { clickProbability: 1, recallScore: -2, boost: 2.5, features: {} }),
      ],
      provenance(),
    ).split('\n')
    expect(plain).toMatch(/two-tower {2}p=0\.2500 recall=1\.500 against=-0\.900 for=0\.500 more=0\.300 some=0\.200$/)
    expect(boosted).toMatch(/two-tower {2}p=1\.0000 recall=-2\.000 boost=2\.5$/)
  })

  it('says nothing of a provenance that did not come', () => {
    expect(listText([item('a', 1)], undefined)).toBe('#  item  score   source\n1  a     1.0000  two-tower\n\n')
  })
})
