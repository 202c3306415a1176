import { LatencyHistogram } from './latency'

describe('a histogram of latencies', () => {
  it('gives quantiles within nine percent of the sorted measurements', () => {
    const histogram = new LatencyHistogram()
    const durations = Array.from({ length: 1000 }, (_, i) => 0.05 * 1.01 ** i)
    durations.forEach((durationMs) => histogram.record(durationMs))
    expect(histogram.count).toBe(1000)
    for (const q of [0.01, 0.5, 0.99, 1]) {
      const exact = durations[Math.ceil(q * 1000) - 1]
      expect(histogram.quantileMs(q)).toBeGreaterThanOrEqual(exact * 0.999)
      expect(histogram.quantileMs(q)).toBeLessThanOrEqual(exact * 1.0906)
    }
  })

  it('says 0 before the first measurement, and keeps what is out of range at its ends', () => {
    const histogram = new LatencyHistogram()
    expect(histogram.quantileMs(0.5)).toBe(0)
    histogram.record(0)
    expect(histogram.quantileMs(0.5)).toBeCloseTo(0.01, 9)
    histogram.record(1e12)
    expect(histogram.quantileMs(1)).toBeGreaterThan(1e5)
  })
})
