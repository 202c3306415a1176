import { createPace } from './pace'

describe('a pace', () => {
  it('is nothing before the first step, and after one alone', () => {
    const pace = createPace()
    expect(pace.perS(0)).toBe(0)
    pace.note(256, 1000)
    expect(pace.perS(1500)).toBe(0)
  })

  it('is what was added a second', () => {
    const pace = createPace()
    for (let step = 0; step <= 10; step++) pace.note(100 * step, 500 * step)
    expect(pace.perS(5000)).toBe(200)
  })

  it('falls while nothing comes, down to nothing', () => {
    const pace = createPace()
    for (let step = 0; step <= 10; step++) pace.note(100 * step, 500 * step)
    expect(pace.perS(8000)).toBe(125)
    expect(pace.perS(60_000)).toBe(0)
  })

  it('forgets how fast it was long ago', () => {
    const pace = createPace()
    pace.note(0, 0)
    pace.note(1_000_000, 1000)
    for (let step = 0; step <= 10; step++) pace.note(1_000_000 + step, 20_000 + 500 * step)
    expect(pace.perS(25_000)).toBe(2)
  })
})
