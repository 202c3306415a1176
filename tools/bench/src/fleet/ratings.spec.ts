import { endlessRatings, ratings } from './ratings'

const options = { users: 50, items: 40, seed: 3, startMs: 1_700_000_000_000, everyMs: 1000 }

describe('ratings', () => {
  it('are the same each time, and a longer stream begins as a shorter one does', () => {
    expect(ratings(50, options)).toEqual(ratings(200, options).slice(0, 50))
  })

  it('have ids of their own, rise in time, and stay on the scale', () => {
    const stream = ratings(500, options)
    expect(new Set(stream.map(({ eventId }) => eventId)).size).toBe(500)
    expect(stream.map(({ timeMs }) => timeMs)).toEqual(stream.map((_, i) => options.startMs + i * 1000))
    expect(stream.every(({ value = 0 }) => value >= 1 && value <= 5)).toBe(true)
  })

  it('hold something to learn: users rate items of their kind higher', () => {
    const stream = ratings(2000, options)
    const meanOf = (isOwn: boolean): number => {
      const some = stream.filter(({ userId, itemId }) => (Number(userId.slice(1)) % 4 === Number(itemId.slice(1)) % 4) === isOwn)
      return some.reduce((sum, { value = 0 }) => sum + value, 0) / some.length
    }
    expect(meanOf(true) - meanOf(false)).toBeGreaterThan(1)
  })
})

describe('endless ratings', () => {
  it('come round again under other ids, at the time of their arrival', () => {
    const rating = endlessRatings('live', options)
    const [first, again] = [rating(7), rating(7 + 8192)]
    expect(first).toEqual({ ...ratings(8, options)[7], eventId: 'live-7', timeMs: 0 })
    expect(again).toEqual({ ...first, eventId: 'live-8199' })
  })
})
