import { declareWideAndDeep } from '@freshet/model'
import { compileOnnx } from '@freshet/onnx'
import { auc } from '../metrics/probabilities'
import { type ContestScope, learnNightly, learnOnline, refitPlaces } from './contest'
import { compareAuc } from './paired'
import { type LabelledEvent, streamOf } from './stream'

const DAY = 24 * 3600

describe('streamOf', () => {
  const events: LabelledEvent[] = [
    { user: 0, item: 1, time: 30, label: 1 },
    { user: 0, item: 0, time: 10, label: 0 },
    { user: 1, item: 1, time: 20, label: 1 },
    { user: 0, item: 0, time: 40, label: 1 },
  ]
  const { ids, fields, labels, users, count } = streamOf(events)
  const row = (i: number): number[] => [...ids.subarray(i * 43, (i + 1) * 43)]

  it('puts events in the order of time', () => {
    expect([count, fields, [...labels], [...users]]).toEqual([4, [1, 1, 1, 20, 20], [0, 1, 1, 1], [0, 1, 0, 0]])
  })

  it('reads who, what and how often before', () => {
    // users are 1 and 2, items 3 and 4, "never" 5, "once" 6
    expect([0, 1, 2, 3].map((i) => row(i).slice(0, 3))).toEqual([[1, 3, 5], [2, 4, 5], [1, 4, 5], [1, 3, 6]]) // prettier-ignore
  })

  it('reads what came before, never the event itself, by label, newest first', () => {
    expect(row(0).slice(3).every((id) => id === 0)).toBe(true) // prettier-ignore
    expect([row(3)[3], row(3)[4], row(3)[23], row(3)[24]]).toEqual([9, 0, 12, 0]) // item 0 with a bad label, item 1 with a good one
  })
})

describe('refitPlaces', () => {
  it('waits for a day and for enough that is new', () => {
    const even = Float64Array.from({ length: 2000 }, (_, i) => (i * DAY) / 400)
    expect(refitPlaces(even)).toEqual([500, 1000, 1500])
    const busy = Float64Array.from({ length: 2000 }, (_, i) => (i * DAY) / 900)
    expect(refitPlaces(busy)).toEqual([900, 1800])
  })
})

describe('both sides', () => {
  const rows = { kind: 'adagrad', learningRate: 0.3, epsilon: 1e-8 } as const
  const stream = streamOf(
    Array.from({ length: 1800 }, (_, i): LabelledEvent => ({
      user: i % 7,
      item: (i * 5) % 11,
      time: (i * DAY) / 600,
      label: (i * 5) % 11 < 4 ? 1 : 0,
    })),
  )
  const scope: ContestScope = {
    model: declareWideAndDeep({ fields: stream.fields, dimensions: 2, hidden: [2], embeddings: rows, weights: rows }),
    craft: { optimiser: { kind: 'adagrad' }, learningRate: 0.05, cut: 50, batchSize: 50 },
    ...{ seed: 1, compile: compileOnnx() },
  }

  it('learn what labels follow: online at once, nightly after the first night', async () => {
    const online = await learnOnline(stream, scope)
    const { scores, refits } = await learnNightly(stream, scope)
    expect(refits).toBe(2)
    expect([...scores.subarray(0, 600)].every((score) => score === 0.5)).toBe(true)
    for (const side of [online, scores]) {
      expect(auc({ probabilities: side.subarray(700), labels: stream.labels.subarray(700) })).toBeGreaterThan(0.95)
    }
    expect(auc({ probabilities: online.subarray(200, 600), labels: stream.labels.subarray(200, 600) })).toBeGreaterThan(0.9)
  })

  it('score an event before they learn from it: what it says does not change what they said', async () => {
    const changed = { ...stream, labels: stream.labels.map((label, i) => (i >= 650 ? 1 - label : label)) }
    const [before, after] = [await learnOnline(stream, scope), await learnOnline(changed, scope)]
    expect(after.subarray(0, 700)).toEqual(before.subarray(0, 700))
    expect(after.subarray(700)).not.toEqual(before.subarray(700))
  })
})

describe('compareAuc', () => {
  const labels = Float32Array.from({ length: 400 }, (_, i) => i % 2)
  const users = Uint32Array.from({ length: 400 }, (_, i) => Math.floor(i / 10))
  const scored = (good: number): Float32Array => labels.map((label, i) => ((i * 37) % 101) / 101 + good * label)

  it('gives the AUC of both sides', () => {
    const { ours, theirs, difference } = compareAuc({ ours: scored(0.5), theirs: scored(0.1), labels, users }, 1)
    expect(ours).toBeCloseTo(auc({ probabilities: scored(0.5), labels }), 12)
    expect(theirs).toBeCloseTo(auc({ probabilities: scored(0.1), labels }), 12)
    expect(difference).toBeCloseTo(ours - theirs, 12)
  })

  it('bounds the difference: away from 0 where one side is better, 0 where both are the same', () => {
    const better = compareAuc({ ours: scored(0.5), theirs: scored(0.1), labels, users }, 1)
    expect(better.interval[0]).toBeGreaterThan(0)
    expect(better.interval[1]).toBeGreaterThan(better.difference)
    expect(compareAuc({ ours: scored(0.3), theirs: scored(0.3), labels, users }, 1).interval).toEqual([0, 0])
  })

  it('counts ties by half', () => {
    const same = new Float32Array(400).fill(0.5)
    expect(compareAuc({ ours: same, theirs: same, labels, users }, 1).ours).toBe(0.5)
  })
})
