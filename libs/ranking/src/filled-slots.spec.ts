import { FilledSlots } from './filled-slots'

const layout = {
  fields: [
    { name: 'one', start: 0, length: 1 },
    { name: 'many', start: 1, length: 3 },
  ],
  ids: 4,
  numbers: 0,
  numberNames: [],
}

describe('the filled slots of parts', () => {
  const filled = ({ count, pairs, weights, bags }: FilledSlots) => ({
    pairs: [...pairs.subarray(0, 2 * count)],
    weights: [...weights.subarray(0, count)],
    bags: [...bags.subarray(0, count)],
  })

  it('are weighted so that the sum of a field is the mean of what is filled', () => {
    const slots = new FilledSlots(layout)
    slots.clear(2)
    slots.add(0, Uint32Array.of(9, 9, 1, 10, 2, 20, 0, 0, 3, 30), 1)
    slots.add(1, Uint32Array.of(5, 0, 0, 0, 0, 6, 0, 0), 0)
    expect(filled(slots)).toEqual({ pairs: [1, 10, 2, 20, 3, 30, 5, 0, 0, 6], weights: [1, 0.5, 0.5, 1, 1], bags: [0, 1, 1, 2, 3] })
  })

  it('are none of an empty part, and none of what was before', () => {
    const slots = new FilledSlots(layout)
    slots.clear(1)
    slots.add(0, Uint32Array.of(1, 1, 2, 2, 3, 3, 4, 4), 0)
    slots.clear(3)
    slots.add(2, new Uint32Array(8), 0)
    expect(filled(slots)).toEqual({ pairs: [], weights: [], bags: [] })
    slots.add(2, Uint32Array.of(0, 0, 0, 0, 0, 0, 4, 4), 0)
    expect(filled(slots)).toEqual({ pairs: [4, 4], weights: [1], bags: [5] })
  })
})
