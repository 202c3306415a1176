import { decideWorkers, type LoadMemory } from './load'

const BOUNDS = { min: 1, max: 4, much: 1000, little: 100 }

/** How many workers there are after each look, one a second. */
function over(lags: readonly number[], from = 1): number[] {
  let [workers, memory]: [number, LoadMemory] = [from, {}]
  return lags.map((lag, second) => {
    ;({ workers, memory } = decideWorkers({ workers, lag, nowMs: 5000 + second * 1000 }, memory, BOUNDS))
    return workers
  })
}

const seconds = (count: number, lag: number): number[] => new Array<number>(count).fill(lag)

describe('the load', () => {
  it('calls for one worker after the other while much waits, up to what there may be', () => {
    expect(over(seconds(9, 5000))).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 4])
  })

  it('calls for nobody by a burst that is learned within two seconds', () => {
    expect(over([5000, 5000, 50, 5000, 5000, 50])).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('lets one go after thirty seconds of little, down to what there has to be', () => {
    const counts = over(seconds(95, 0), 3)
    expect([counts[29], counts[30], counts[59], counts[60], counts[94]]).toEqual([3, 2, 2, 1, 1])
  })

  it('leaves as many as there are where it is neither much nor little, however long', () => {
    expect(new Set(over(seconds(200, 500), 3))).toEqual(new Set([3]))
  })

  it('begins to count anew where little is interrupted', () => {
    expect(over([...seconds(30, 0), 500, ...seconds(30, 0)], 2).at(-1)).toBe(2)
  })

  it('brings what is beyond the bounds back at once', () => {
    expect(over([500], 9)).toEqual([4])
    expect(over([500], 0)).toEqual([1])
  })
})
