import fc from 'fast-check'
import { topK } from './top-k'

/** The oracle: sorts everything. */
const sorted = (scores: Float32Array, k: number, allowed: (i: number) => boolean): number[] =>
  Array.from(scores, (_, i) => i)
    .filter(allowed)
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, k)

describe('the k greatest', () => {
  it('are those that sorting everything gives, in the same order, ties included', () => {
    const score = fc.integer({ min: -3, max: 3 }).map((x) => x / 2)
    fc.assert(
      fc.property(fc.array(fc.tuple(score, fc.boolean()), { maxLength: 60 }), fc.nat(70), (items, k) => {
        const scores = Float32Array.from(items, ([x]) => x)
        const allowed = Uint8Array.from(items, ([, may]) => Number(may))
        expect([...topK(scores, { k, allowed })]).toEqual(sorted(scores, k, (i) => allowed[i] === 1))
        expect([...topK(scores, { k })]).toEqual(sorted(scores, k, () => true))
      }),
    )
  })

  it('look at the first `count` alone', () => {
    expect([...topK(Float32Array.of(1, 2, 9), { k: 2, count: 2 })]).toEqual([1, 0])
  })

  it('put what is infinitely unlikely last', () => {
    expect([...topK(Float32Array.of(-Infinity, -5, 3), { k: 3 })]).toEqual([2, 1, 0])
  })
})
