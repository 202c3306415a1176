import { amongRivals, leaveOneOut, splitByUser } from './splits'

describe('splitByUser', () => {
  const lists = [Array.from({ length: 10 }, (_, i) => i), [40, 41, 42], [7], []]

  it('keeps a share of each user, rounded, and loses nothing', () => {
    const { kept, rest } = splitByUser(lists, 0.75, 1)
    expect(kept.map(({ length }) => length)).toEqual([8, 2, 1, 0])
    expect(kept.map((items, user) => [...items, ...rest[user]].sort((a, b) => a - b))).toEqual(lists)
  })

  it('draws the same for a seed, and other items for another', () => {
    expect(splitByUser(lists, 0.75, 1)).toEqual(splitByUser(lists, 0.75, 1))
    expect(splitByUser(lists, 0.5, 1).kept[0]).not.toEqual(splitByUser(lists, 0.5, 2).kept[0])
  })
})

describe('leaveOneOut', () => {
  const sequences = [
    [1, 2, 3, 4],
    [5, 6],
  ]

  it('asks for the last item of those before it, and chooses by the one before', () => {
    const { validation, test } = leaveOneOut(sequences, 7, { isHistoryMasked: true })
    expect(test).toEqual({ items: 7, histories: [[1, 2, 3], [5, 6]], targets: [[4], []], masked: [[1, 2, 3], [5, 6]] }) // prettier-ignore
    expect(validation).toEqual({ items: 7, histories: [[1, 2], [5, 6]], targets: [[3], []], masked: [[1, 2], [5, 6]] }) // prettier-ignore
  })

  it('masks nothing where the protocol does not, and never what it asks for', () => {
    expect(leaveOneOut(sequences, 7, { isHistoryMasked: false }).test.masked).toEqual([[], []])
    expect(leaveOneOut([[1, 2, 1]], 7, { isHistoryMasked: true }).test.masked).toEqual([[2]])
  })
})

describe('amongRivals', () => {
  const { test } = leaveOneOut([[1, 2, 3, 4], [5, 6]], 9, { isHistoryMasked: true }) // prettier-ignore

  it('draws as many as it is told, none of which the user had, for those who are judged', () => {
    const { rivals } = amongRivals(test, 50, { seed: 3, first: 1 })
    expect(rivals?.map(({ length }) => length)).toEqual([50, 0])
    expect(new Set(rivals?.[0])).toEqual(new Set([5, 6, 7, 8]))
  })

  it('draws others for another seed', () => {
    expect(amongRivals(test, 50, { seed: 3 })).not.toEqual(amongRivals(test, 50, { seed: 4 }))
  })
})
