import type { Feed, GraphRunner } from '@freshet/tensor'
import { ProbedRunner } from './probed-runner'

/** A runner that adds to what it is fed, and counts its runs. */
function adding(addend: number): GraphRunner & { runs: number; released: boolean } {
  return {
    ...{ runs: 0, released: false },
    async run({ x }) {
      this.runs++
      return { y: x.data.map((value) => value + addend), loss: Float32Array.of(1) }
    },
    async release() {
      this.released = true
    },
  }
}

const feed = (...values: number[]): { x: Feed } => ({ x: { data: Float32Array.from(values), shape: [values.length] } })

describe('a probed runner', () => {
  it('computes the first shard of a shape on both sides, and further ones at the replica alone', async () => {
    const [remote, local] = [adding(1), adding(1)]
    const probed = new ProbedRunner({ remote, local })
    for (const feeds of [feed(1, 2), feed(3, 4), feed(5, 6)]) expect((await probed.run(feeds)).y[0]).toBe(feeds.x.data[0] + 1)
    expect([remote.runs, local.runs]).toEqual([3, 1])
    expect(probed.hasProbed).toBe(false)
    await probed.run(feed(1, 2, 3))
    expect([remote.runs, local.runs, probed.hasProbed]).toEqual([4, 2, true])
    expect(probed.refusal).toBeUndefined()
  })

  it('refuses a replica whose result differs, saying where, and gives what this machine computes', async () => {
    const probed = new ProbedRunner({ remote: adding(2), local: adding(1) })
    expect(await probed.run(feed(4))).toEqual({ y: Float32Array.of(5), loss: Float32Array.of(1) })
    expect(probed.refusal?.error).toMatchObject({
      code: 'INVALID_FIELD',
      message:
        'y[0] of a replica is 6, but it is 5 here, and a replica must compute the same bits; run replicas on the same kind of processor, with the same versions of Freshet and Node',
    })
  })

  it.each([
    ['zeros of another sign', 0, -0],
    ['the last bit', 1, 1 + 2 ** -23],
  ])('sees %s', async (_, ours, theirs) => {
    const giving = (value: number): GraphRunner => ({ run: async () => ({ y: Float32Array.of(7, value) }), release: async () => undefined })
    const probed = new ProbedRunner({ remote: giving(theirs), local: giving(ours) })
    await probed.run(feed(1))
    expect(probed.refusal?.error).toMatchObject({ facts: { field: 'y[1] of a replica' } })
  })

  it('holds two answers that are no numbers for equal where their bits are', async () => {
    const giving = (): GraphRunner => ({ run: async () => ({ y: Float32Array.of(NaN, Infinity) }), release: async () => undefined })
    const probed = new ProbedRunner({ remote: giving(), local: giving() })
    await probed.run(feed(1))
    expect(probed.refusal).toBeUndefined()
  })

  it('gives what this machine computes where the replica fails in its probe, and says why', async () => {
    const lost = new RangeError('gone')
    const remote: GraphRunner = { run: () => Promise.reject(lost), release: async () => undefined }
    const probed = new ProbedRunner({ remote, local: adding(1) })
    expect((await probed.run(feed(4))).y[0]).toBe(5)
    expect(probed.refusal).toEqual({ error: lost })
  })

  it('lets go of the replica alone', async () => {
    const [remote, local] = [adding(1), adding(1)]
    await new ProbedRunner({ remote, local }).release()
    expect([remote.released, local.released]).toEqual([true, false])
  })
})
