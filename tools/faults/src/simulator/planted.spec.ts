import { Learner, TrainingLine } from '@freshet/training'
import type { SimulationOptions } from './house'
import { installLightSignals } from './light-signals'
import { planted } from './planted.fixture'
import { runSeeds } from './run-seeds'

const SEEDS_MAX = 1000 // several times what the shyest of them takes

const platform = { AbortController, AbortSignal }
const { stackTraceLimit } = Error

beforeAll(() => {
  installLightSignals()
  Error.stackTraceLimit = 0 // refusals are many here, and nobody looks where they come from
})

afterAll(() => {
  Object.assign(globalThis, platform)
  Error.stackTraceLimit = stackTraceLimit
})

/** The first rule that a seed sees broken; undefined where none does. */
async function caught(options: Omit<SimulationOptions, 'seed'> = {}): Promise<string | undefined> {
  const rules: string[] = []
  function* untilCaught(): Iterable<number> {
    for (let seed = 1; seed <= SEEDS_MAX && rules.length === 0; seed++) yield seed
  }
  await runSeeds(untilCaught(), ({ violations }) => rules.push(...violations), options)
  return rules[0]
}

/** Plants a bug in the code itself, for as long as seeds run. */
async function caughtWith<T extends object, K extends keyof T>(prototype: T, method: K, bug: T[K]): Promise<string | undefined> {
  const before = prototype[method]
  prototype[method] = bug
  try {
    return await caught()
  } finally {
    prototype[method] = before
  }
}

describe('the simulator catches', () => {
  it.each(Object.entries(planted))(
    '%s',
    async (_, through) => {
      expect(await caught({ through })).toBeDefined()
    },
    240_000,
  )

  it.each([
    ['an example that is learned again, its order compared by >= instead of >', isNextOrSame],
    ['a learner that takes what it has taken before', () => true],
  ])(
    '%s',
    async (_, isNext) => {
      expect(await caughtWith(Learner.prototype as unknown as { isNext: unknown }, 'isNext', isNext)).toBeDefined()
    },
    240_000,
  )

  it('a learner that goes on under the first dictionary, whatever the journal says', async () => {
    expect(await caughtWith(Learner.prototype, 'adopt', () => Promise.resolve())).toBeDefined()
  }, 240_000)

  it('a line that executes a cut which is void', async () => {
    expect(await caughtWith(TrainingLine.prototype, 'void', () => undefined)).toBeDefined()
  }, 240_000)
})

interface Place {
  readonly sourceOffset: number
  readonly ordinal: number
}

function isNextOrSame(this: Learner, partition: number, { sourceOffset, ordinal }: Place): boolean {
  const { contains, ordinals } = this.state
  return sourceOffset > contains[partition] || (sourceOffset === contains[partition] && ordinal >= ordinals[partition])
}
