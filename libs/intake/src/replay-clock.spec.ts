import fc from 'fast-check'
import { createReplayClock } from './replay-clock'

describe("a file's clock", () => {
  it('ticks before the first event of each partition, and then when time has advanced far enough there', () => {
    const clock = createReplayClock('r', 100)
    const ticks = [
      [0, 10],
      [1, 20],
      [0, 109],
      [0, 110],
      [1, 500],
      [1, 599],
    ].map(([partition, timeMs]) => clock.before(partition, timeMs)?.timeMs)
    expect(ticks).toEqual([10, 20, undefined, 110, 500, undefined])
  })

  it('says that its ticks are of a replay, and that it goes on', () => {
    expect(createReplayClock('r', 100).before(0, 5)).toEqual({ timeMs: 5, replay: true, closesReplay: false })
  })

  it('knows the greatest time that it has seen, also where the file steps back', () => {
    const clock = createReplayClock('r', 100)
    for (const timeMs of [5, 300, 20]) clock.before(0, timeMs)
    expect(clock.watermarkMs).toBe(300)
  })

  it('never makes an event late, whatever the order of partitions', () => {
    const steps = fc.array(fc.record({ partition: fc.nat(3), afterMs: fc.nat(250) }), { maxLength: 60 })
    fc.assert(
      fc.property(steps, (events) => {
        const clock = createReplayClock('r', 100)
        let timeMs = 1
        for (const { partition, afterMs } of events) {
          timeMs += afterMs
          const tick = clock.before(partition, timeMs)
          expect(tick?.timeMs ?? timeMs).toBe(timeMs)
        }
      }),
    )
  })
})
