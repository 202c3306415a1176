import { FIVE, planKills } from './kill-plan'

const options = { seed: 5, everyEvents: 1000 }

describe('planKills', () => {
  it('meets each of the five processes once in every five, in an order that chance decides', () => {
    const plan = planKills(20, options)
    const rounds = [0, 5, 10, 15].map((from) => plan.slice(from, from + 5).map(({ service }) => service))
    for (const round of rounds) expect([...round].sort()).toEqual([...FIVE].sort())
    expect(new Set(rounds.map((round) => round.join())).size).toBeGreaterThan(1)
  })

  it('strikes once within each stretch of events, in order', () => {
    for (const [i, { afterEvents, delayMs }] of planKills(20, options).entries()) {
      expect(Math.floor(afterEvents / 1000)).toBe(i)
      expect(delayMs).toBeGreaterThanOrEqual(0)
    }
  })

  it('begins as a shorter plan does, so that a quick run is a prefix of the full one', () => {
    expect(planKills(3, options)).toEqual(planKills(20, options).slice(0, 3))
    expect(planKills(20, { ...options, seed: 6 })).not.toEqual(planKills(20, options))
  })
})
