import { createHash } from 'node:crypto'
import { openTable, unique } from './index'
import { adagrad } from './adagrad.fixture'

/**
 * Vectors that this code gave when the formats were fixed. Versions on disk and replays depend on them: a change here is a
 * change of the manifest's schema.
 */
describe('what must never change', () => {
  it('is the vector that an id is born with', () => {
    const table = openTable({ width: 4, segments: [3, 1], rowScales: [0.5, 0], seed: 1 })
    const values = new Float32Array(8)
    table.gather(Uint32Array.of(1, 2, 4294967295, 7), 2, values)
    expect([...values]).toEqual(BORN)
  })

  it('is the state after a hundred steps', () => {
    const table = openTable({
      width: 9,
      segments: [4, 1, 4],
      optimisers: [adagrad(0.05), adagrad(0.05), adagrad(0.05)],
      rowScales: [0.1, 0, 0.2],
      seed: 42,
    })
    for (let step = 1; step <= 100; step++) {
      const ids = Uint32Array.from({ length: 128 }, (_, i) => (Math.imul(step * 64 + i, 0x9e3779b1) >>> 0) % 97)
      const { count, ids: distinct, index } = unique(ids, 64)
      const gradients = Float32Array.from({ length: 64 * 9 }, (_, i) => (((i * step) % 31) - 15) / 16)
      const reduced = new Float32Array(count * 9)
      index.forEach((row, i) => row < count && gradients.subarray(9 * i, 9 * i + 9).forEach((g, k) => (reduced[9 * row + k] += g)))
      table.learn(table.rowsOf(distinct, count, { step }), reduced, { rate: 1 })
    }
    const hash = createHash('sha256')
    table.digestInto(hash)
    expect([table.size, hash.digest('hex')]).toEqual(LEARNED)
  })
})

const BORN = [
  -0.1601092368364334, -0.2180974781513214, -0.12892359495162964, 0, -0.341711163520813, -0.3115321397781372, -0.005636143963783979, 0,
]
const LEARNED = [194, '4b6a6ddb2476a0ab9c61500ad9e21c860dbef989186b4e68671a3f56162624bb']
