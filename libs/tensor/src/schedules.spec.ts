import { createHash } from 'node:crypto'
import { learningRateAt, type LearningRateSchedule } from './index'
import { SCHEDULES } from './optimisers-goldens.fixture'
import { power } from './power'

const ratesOf = (schedule: LearningRateSchedule, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => learningRateAt(schedule, i + 1))

describe('learningRateAt', () => {
  it.each(SCHEDULES)('gives the rates that PyTorch gives for $schedule.kind', ({ schedule, rates }) => {
    ratesOf(schedule, rates.length).forEach((rate, i) => expect(rate).toBeCloseTo(rates[i], 14))
  })

  it('takes the least that may be: one step, a floor of 0, a factor of any size', () => {
    const about = (...rates: number[]): unknown[] => rates.map((rate) => expect.closeTo(rate, 14))
    expect(ratesOf({ kind: 'cosine', rate: 0.5, steps: 1, floor: 0 }, 3)).toEqual(about(0.5, 0, 0))
    expect(ratesOf({ kind: 'warm-up', rate: 0.5, warmUpSteps: 1 }, 2)).toEqual([0.5, 0.5])
    expect(ratesOf({ kind: 'step', rate: 0.5, every: 1, factor: 2 }, 3)).toEqual([0.5, 1, 2])
    expect(ratesOf({ kind: 'warm-up-cosine', rate: 0.5, warmUpSteps: 1, steps: 2, floor: 0.25 }, 3)).toEqual(about(0.5, 0.25, 0.25))
  })

  it('stays where it is by default', () => {
    expect(ratesOf({ kind: 'constant', rate: 0.3 }, 3)).toEqual([0.3, 0.3, 0.3])
  })

  it('rises, then falls along the same cosine as without a warm-up', () => {
    const both = ratesOf({ kind: 'warm-up-cosine', rate: 0.8, warmUpSteps: 4, steps: 12 }, 14)
    expect(both.slice(0, 4)).toEqual([0.2, 0.4, 0.6000000000000001, 0.8])
    const falling = ratesOf({ kind: 'cosine', rate: 0.8, steps: 8 }, 11)
    expect(both.slice(4)).toEqual(falling.slice(1))
    expect(both.slice(11)).toEqual([0, 0, 0].map((zero) => expect.closeTo(zero, 14)))
  })

  it('follows the cosine that Math has, to the last digits', () => {
    const steps = 1000
    ratesOf({ kind: 'cosine', rate: 1, steps }, steps + 1).forEach((rate, past) =>
      expect(rate).toBeCloseTo((1 + Math.cos((Math.PI * past) / steps)) / 2, 14),
    )
  })

  it('has the same bits as on the day that it was written', () => {
    const rates = Float64Array.from(ratesOf({ kind: 'warm-up-cosine', rate: 1e-3, floor: 1e-6, warmUpSteps: 37, steps: 1000 }, 1000))
    expect(createHash('sha256').update(rates).digest('hex')).toBe('18ab3cf3cfb705ac7a6e8b30c437a8e7333190de2457d51d94320c33736e9b10')
  })

  it.each<[string, LearningRateSchedule]>([
    ['rate of the constant schedule is 0, but a learning rate is more than 0', { kind: 'constant', rate: 0 }],
    ['steps of the cosine schedule is 1.5, but steps are counted from 1', { kind: 'cosine', rate: 1, steps: 1.5 }],
    ['floor of the cosine schedule is -1, but it is at least 0', { kind: 'cosine', rate: 1, floor: -1, steps: 5 }],
    ['rate of the step schedule is Infinity', { kind: 'step', rate: Infinity, every: 5, factor: 1 }],
    ['floor of the warm-up-cosine schedule is NaN', { kind: 'warm-up-cosine', rate: 1, floor: NaN, warmUpSteps: 1, steps: 5 }],
    ['factor of the step schedule is 0, but it is more than 0', { kind: 'step', rate: 1, every: 5, factor: 0 }],
    ['every of the step schedule is 0, but steps are counted from 1', { kind: 'step', rate: 1, every: 0, factor: 0.5 }],
    ['every of the step schedule is 1.5, but steps are counted from 1', { kind: 'step', rate: 1, every: 1.5, factor: 0.5 }],
    ['steps of the cosine schedule is 0, but steps are counted from 1', { kind: 'cosine', rate: 1, steps: 0 }],
    ['warmUpSteps of the warm-up schedule is 0, but steps are counted from 1', { kind: 'warm-up', rate: 1, warmUpSteps: 0 }],
    ['warmUpSteps of the warm-up schedule is 2.5, but steps are counted from 1', { kind: 'warm-up', rate: 1, warmUpSteps: 2.5 }],
    ['factor of the step schedule is NaN, but it is more than 0', { kind: 'step', rate: 1, every: 5, factor: NaN }],
    [
      'warmUpSteps of the warm-up-cosine schedule is 9, but the warm-up ends before step 9; shorten it',
      { kind: 'warm-up-cosine', rate: 1, warmUpSteps: 9, steps: 9 },
    ],
  ])('refuses a number: %s', (message, schedule) => {
    expect(() => learningRateAt(schedule, 1)).toThrow(message)
  })
})

describe('power', () => {
  it('multiplies as often as it says', () => {
    expect([0, 1, 2, 3, 10].map((n) => power(2, n))).toEqual([1, 2, 4, 8, 1024])
    expect(power(0, 0)).toBe(1)
    expect(power(0.999, 1000)).toBeCloseTo(0.999 ** 1000, 14)
  })
})
