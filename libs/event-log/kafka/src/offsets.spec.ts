import { UnavailableError } from '@freshet/kernel'
import { Offsets } from './offsets'

const at = (partition: number) => ({ topic: 'clicks', partition })

/** A cluster whose partitions end at ten times their number, as far as their leaders are known; `knows` counts those that are. */
function room(knows: number) {
  const heard = { requests: 0, refreshes: 0, knows, learns: knows, fails: false }
  const link = {
    know: async () => {},
    refresh: async () => {
      heard.refreshes++
      heard.knows = heard.learns
    },
    cluster: {
      fetchTopicsOffset: async ([{ topic, partitions }]: readonly { topic: string; partitions: readonly { partition: number }[] }[]) => {
        heard.requests++
        if (heard.fails) throw new Error('This server is not the leader')
        const known = partitions.filter(({ partition }) => partition < heard.knows)
        return [{ topic, partitions: known.map(({ partition }) => ({ partition, offset: String(10 * partition) })) }]
      },
    },
  }
  return { heard, offsets: new Offsets(link as unknown as ConstructorParameters<typeof Offsets>[0]) }
}

describe('the ends of partitions', () => {
  it('are asked for together where one turn asks for them', async () => {
    const { heard, offsets } = room(3)
    expect(await Promise.all([0, 1, 2, 1].map((partition) => offsets.ask('next', at(partition))))).toEqual([0, 10, 20, 10])
    expect(await offsets.ask('next', at(2))).toBe(20)
    expect([heard.requests, heard.refreshes]).toEqual([2, 0])
  })

  it('are asked of new leaders by the next try, where one was not known', async () => {
    const { heard, offsets } = room(1)
    heard.learns = 2
    const answers = await Promise.allSettled([0, 1].map((partition) => offsets.ask('first', at(partition))))
    expect(answers).toEqual([
      { status: 'fulfilled', value: 0 },
      { status: 'rejected', reason: expect.any(UnavailableError) as unknown },
    ])
    expect(await offsets.ask('first', at(1))).toBe(10)
    expect(heard.refreshes).toBe(1)
  })

  it('are asked of new leaders by the next try, where the former one refuses', async () => {
    const { heard, offsets } = room(1)
    heard.fails = true
    await expect(offsets.ask('next', at(0))).rejects.toThrow('not the leader')
    heard.fails = false
    expect([await offsets.ask('next', at(0)), heard.refreshes]).toEqual([0, 1])
  })
})
