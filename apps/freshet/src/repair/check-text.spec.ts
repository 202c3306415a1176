import type { PartitionCheck } from '@freshet/materialize'
import { assertSound, checkText } from './check-text'

const found: PartitionCheck = {
  positions: { events: 40, touches: 50, catalog: 6 },
  outboxDepth: 0,
  base: { events: 0, touches: 0, catalog: 0 },
  keysCompared: 12_345,
  isWhole: true,
  keysDiffering: 0,
  examples: [],
}

const saidOf = (given: Partial<PartitionCheck>): unknown => {
  try {
    assertSound(3, { ...found, ...given }, 'repair it')
    return 'sound'
  } catch (error) {
    return error
  }
}

describe('what a check came to', () => {
  it('is sound where every key was looked at, and none differs', () => {
    expect(saidOf({})).toBe('sound')
    expect(checkText(3, found)).toBe(
      'partition 3 at events 40, touches 50, catalog 6; outbox 0\n12,345 keys held against a fold of the log from its beginning: all as the log says',
    )
  })

  it('is corrupt where keys differ, however many were looked at', () => {
    const differing = { keysDiffering: 2, examples: ['u:ada is missing'], base: { ...found.base, events: 7 } }
    for (const isWhole of [true, false])
      expect(saidOf({ ...differing, isWhole })).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('2 keys are not') })
    expect(checkText(3, { ...found, ...differing })).toMatch(/from a snapshot at 7: 2 DIFFER\n {2}u:ada is missing$/)
  })

  it('is neither where it stopped early: it says how far it came, and what helps', () => {
    expect(saidOf({ isWhole: false })).toMatchObject({
      code: 'PRECONDITION',
      message: expect.stringMatching(/^of partition 3 only 12,345 keys were looked at: nothing is known of the others; leave --keys out/),
    })
    expect(checkText(3, { ...found, isWhole: false })).toMatch(/\n12,345 keys, and not the others, held against/)
  })
})
