import { Silence } from './silence'

const BEAT_MS = 250

/** Looks at times that lie `everyMs` apart until the silence is over; how long that took, or Infinity. */
function claimedAfter(silence: Silence, fromMs: number, everyMs = BEAT_MS / 2): number {
  for (let ms = everyMs; ms <= 60_000; ms += everyMs) {
    silence.looked(fromMs + ms)
    if (silence.isOver) return ms
  }
  return Infinity
}

describe('the silence of an owner', () => {
  it('is over after four missed heartbeats', () => {
    const silence = new Silence(BEAT_MS, 0)
    silence.heard(100)
    expect(claimedAfter(silence, 100)).toBe(1000)
  })

  it('begins anew with each record', () => {
    const silence = new Silence(BEAT_MS, 0)
    for (let ms = 125; ms <= 875; ms += 125) silence.looked(ms)
    expect(silence.isOver).toBe(false)
    silence.heard(900)
    silence.looked(1025)
    expect(silence.isOver).toBe(false)
  })

  it('does not grow while the standby itself was held up: five seconds of its own count as one look', () => {
    const silence = new Silence(BEAT_MS, 0)
    silence.heard(0)
    silence.looked(5000)
    expect(silence.isOver).toBe(false)
    expect(claimedAfter(silence, 5000)).toBe(875)
  })

  it('comes to an end also where every look is late, only later', () => {
    const silence = new Silence(BEAT_MS, 0)
    silence.heard(0)
    expect(claimedAfter(silence, 0, 500)).toBe(4000)
  })

  it('is granted longer to an owner that was slow of late, and never more than six heartbeats', () => {
    const slow = new Silence(BEAT_MS, 0)
    for (let ms = 125; ms <= 375; ms += 125) slow.looked(ms)
    slow.heard(400)
    expect(claimedAfter(slow, 400)).toBe(1125)
    const slower = new Silence(BEAT_MS, 0)
    for (let ms = 125; ms <= 875; ms += 125) slower.looked(ms)
    slower.heard(900)
    expect(claimedAfter(slower, 900)).toBe(6 * BEAT_MS)
  })

  it('forgets that an owner was slow once it is quick again', () => {
    const silence = new Silence(BEAT_MS, 0)
    for (let ms = 125; ms <= 875; ms += 125) silence.looked(ms)
    for (let i = 0; i < 20; i++) silence.heard(1000 + 20 * i)
    expect(claimedAfter(silence, 1400)).toBe(1000)
  })

  it('says when to look next: twice a heartbeat, and sooner where less is missing', () => {
    const silence = new Silence(BEAT_MS, 0)
    expect(silence.untilLookMs).toBe(125)
    for (const ms of [125, 250, 375, 500, 625, 750, 850]) silence.looked(ms)
    expect(silence.untilLookMs).toBe(125)
    silence.looked(900)
    expect(silence.untilLookMs).toBe(100)
  })
})
