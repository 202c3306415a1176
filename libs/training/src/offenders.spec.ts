import { findOffenders } from './offenders'

/** Looks over `count` examples of which some are bad; counts the looks. */
async function search(count: number, bad: readonly number[]): Promise<{ found: number[]; looks: number }> {
  let looks = 0
  const found = await findOffenders(count, async (from, to) => {
    looks++
    return !bad.some((place) => place >= from && place < to)
  })
  return { found, looks }
}

describe('the search for offending examples', () => {
  it.each([
    ['one', 1, [0]],
    ['the first and the last', 7, [0, 6]],
    ['neighbours across a middle', 8, [3, 4]],
    ['all', 5, [0, 1, 2, 3, 4]],
  ])('finds %s', async (_, count, bad) => {
    expect((await search(count, bad)).found).toEqual(bad)
  })

  it('takes about two looks a halving', async () => {
    const { found, looks } = await search(1024, [777])
    expect(found).toEqual([777])
    expect(looks).toBeLessThanOrEqual(2 * 10 + 1)
  })

  it('names all where only their company is bad', async () => {
    expect(await findOffenders(4, async (from, to) => to - from < 4)).toEqual([0, 1, 2, 3])
  })
})
