import { fakeClock } from '@freshet/testing'
import { watchDiskSpace } from './disk-space'

const watch = (free: { bytes: number; looks?: number }, freeBytesMin = 100) => {
  const clock = fakeClock(0)
  const freeBytesAt = () => {
    free.looks = (free.looks ?? 0) + 1
    return free.bytes
  }
  return { clock, space: watchDiskSpace({ directory: '/data', freeBytesMin, clock, freeBytesAt }) }
}

describe('the room where a data set lies', () => {
  it('is enough down to the reserve, and refused below it with what helps', async () => {
    const free = { bytes: 100 }
    const { clock, space } = watch(free)
    expect(() => space.assertSpace()).not.toThrow()
    free.bytes = 99
    await clock.advance(250)
    expect(() => space.assertSpace()).toThrow(
      '99 bytes are free at /data, and 100 are kept for what was accepted before; free space, or lower diskFreeBytesMin, then send this again',
    )
  })

  it('is a typed refusal that may be repeated, and is lifted by itself once there is room', async () => {
    const free = { bytes: 1 }
    const { clock, space } = watch(free)
    const refusal = () => {
      try {
        space.assertSpace()
        return undefined
      } catch (error) {
        return error
      }
    }
    expect(refusal()).toMatchObject({ code: 'DISK_FULL', retryable: true, freeBytes: 1, freeBytesMin: 100 })
    free.bytes = 1000
    await clock.advance(250)
    expect(refusal()).toBeUndefined()
    expect(space.freeBytes).toBe(1000)
  })

  it('is looked at four times a second at most, however often it is asked', async () => {
    const free = { bytes: 1000, looks: 0 }
    const { clock, space } = watch(free)
    for (let i = 0; i < 1000; i++) space.assertSpace()
    expect(free.looks).toBe(1)
    await clock.advance(249)
    space.assertSpace()
    expect(free.looks).toBe(1)
    await clock.advance(1)
    space.assertSpace()
    expect(free.looks).toBe(2)
  })

  it('is not asked for without a reserve', () => {
    const free = { bytes: 0, looks: 0 }
    watch(free, 0).space.assertSpace()
    expect(free.looks).toBe(0)
  })

  it('is what the file system says, and no obstacle where it does not say', () => {
    const options = { freeBytesMin: 1, clock: fakeClock(0) }
    expect(watchDiskSpace({ ...options, directory: __dirname }).freeBytes).toBeGreaterThan(0)
    const nowhere = watchDiskSpace({ ...options, directory: '/nowhere/at/all' })
    expect(nowhere.freeBytes).toBe(Infinity)
    expect(() => nowhere.assertSpace()).not.toThrow()
  })
})
