import { Learner } from '@freshet/training'
import type { SimulationOptions } from './house'
import { planted } from './planted.fixture'
import { runSeeds } from './run-seeds'

const SEEDS_MAX = 150 // three times what the shyest of them takes
const TOGETHER = 10

/** The first rule that a seed sees broken; undefined where none does. */
async function caught(options: Omit<SimulationOptions, 'seed'> = {}): Promise<string | undefined> {
  for (let from = 1; from <= SEEDS_MAX; from += TOGETHER) {
    const rules: string[] = []
    const seeds = Array.from({ length: TOGETHER }, (_, i) => from + i)
    await runSeeds(seeds, ({ violations }) => rules.push(...violations), options)
    if (rules.length > 0) return rules[0]
  }
  return undefined
}

describe('the simulator catches', () => {
  it.each(Object.entries(planted))(
    '%s',
    async (_, through) => {
      expect(await caught({ through })).toBeDefined()
    },
    120_000,
  )

  it.each([
    ['an example that is learned again, its order compared by >= instead of >', isNextOrSame],
    ['a learner that takes what it has taken before', () => true],
  ])(
    '%s',
    async (_, isNext) => {
      const learner = Learner.prototype as unknown as { isNext: unknown }
      const before = learner.isNext
      learner.isNext = isNext
      try {
        expect(await caught()).toBeDefined()
      } finally {
        learner.isNext = before
      }
    },
    120_000,
  )
})

interface Place {
  readonly sourceOffset: number
  readonly ordinal: number
}

function isNextOrSame(this: Learner, partition: number, { sourceOffset, ordinal }: Place): boolean {
  const { contains, ordinals } = this.state
  return sourceOffset > contains[partition] || (sourceOffset === contains[partition] && ordinal >= ordinals[partition])
}
