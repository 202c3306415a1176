import { judgeList, meanQuality, placesOf } from './lists'

describe('placesOf', () => {
  it('counts what is scored higher', () => {
    expect(placesOf([1, 3], Float32Array.of(0.5, 0.9, 0.7, 0.1))).toEqual([0, 3])
  })

  it('puts a target behind everything that it ties with, so that equal scores for all earn nothing', () => {
    expect(placesOf([2], new Float32Array(5))).toEqual([4])
    expect(placesOf([0], Float32Array.of(1, 1, 0, 2))).toEqual([2])
  })

  it('puts targets that tie one behind the other', () => {
    expect(placesOf([4, 0, 2], Float32Array.of(1, 3, 1, 0, 1))).toEqual([1, 2, 3])
  })

  it('never lists what is masked', () => {
    expect(placesOf([0], Float32Array.of(-5, -Infinity, -Infinity))).toEqual([0])
  })
})

describe('judgeList', () => {
  it('agrees with figures worked out by hand: hits at places 0 and 3 of a list of 5, three targets', () => {
    const judged = judgeList([3, 17, 0], 5)
    expect(judged).toEqual({
      hitRate: 1,
      ndcg: expect.closeTo((1 + 1 / Math.log2(5)) / (1 + 1 / Math.log2(3) + 1 / 2), 12),
      precision: 0.4,
      recall: 2 / 3,
      map: expect.closeTo((1 / 1 + 2 / 4) / 3, 12),
    })
  })

  it('calls a list perfect that holds nothing but targets, however many there are', () => {
    expect(judgeList([0, 1, 2, 3], 2)).toEqual({ hitRate: 1, ndcg: 1, precision: 1, recall: 0.5, map: 0.5 })
  })

  it('gives one target at place p the nDCG 1/log₂(p + 2)', () => {
    expect(judgeList([1], 10).ndcg).toBeCloseTo(0.6309, 4)
    expect(judgeList([9], 10).ndcg).toBeCloseTo(0.2891, 4)
  })

  it('gives nothing for what stands at place k and beyond', () => {
    expect(judgeList([10, 11], 10)).toEqual({ hitRate: 0, ndcg: 0, precision: 0, recall: 0, map: 0 })
  })
})

describe('meanQuality', () => {
  it('weighs users equally, however many targets they have', () => {
    const mean = meanQuality([judgeList([0], 2), judgeList([5, 6, 7], 2)])
    expect(mean).toEqual({ users: 2, hitRate: 0.5, ndcg: 0.5, precision: 0.25, recall: 0.5, map: 0.5 })
  })
})
