import { isAfter } from './group-identity'

describe('the order of groups', () => {
  it('is that of their records, then of their ordinals', () => {
    const at = (sourceOffset: number, ordinal: number) => ({ sourceOffset, ordinal })
    expect([isAfter(at(2, 0), at(1, 9)), isAfter(at(1, 1), at(1, 0)), isAfter(at(1, 0), at(1, 0)), isAfter(at(0, 9), at(1, 0))]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
