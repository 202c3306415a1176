import { hash32 } from '@freshet/kernel'
import { EngineState, tableOptions } from './engine-state'
import { FORGETFUL, mixedModel, mixedTools } from './mixed-model.fixture'

const model = mixedModel()
const opened = (tables?: typeof FORGETFUL): EngineState => new EngineState(model, mixedTools(model, tables && { tables }))
const copied = (state: EngineState) => [...state.parts()].map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }))
const USERS = Uint32Array.of(1, 0, 2, 0)

describe('what the tables of a model are opened with', () => {
  it('is their declaration, a seed of the engine’s and their name, and the memory that they are given', () => {
    const [users, items] = tableOptions(model, { seed: 7, admission: 3, tables: { items: { shards: 2 } } })
    expect(users).toMatchObject({ width: 6, segments: [3, 1, 2], rowScales: [0.5, 0, 0.5], admission: 3, seed: hash32('users', 7) })
    expect(users.optimisers?.map(({ kind }) => kind)).toEqual(['adagrad', 'ftrl', 'adam'])
    expect(items).toMatchObject({ width: 3, shards: 2, seed: hash32('items', 7) })
  })

  it('is the seed that a table declares where it has one', () => {
    const [first] = model.tables
    expect(tableOptions({ tables: [{ ...first, seed: 99 }] }, { seed: 7 })[0].seed).toBe(99)
  })
})

describe('the parts of a state', () => {
  it('bear the names and kinds that versions on disks have them under', () => {
    const names = [...opened().parts()].map(({ name, dtype, shape }) =>
      `${name} ${dtype} ${name.includes('/') ? '' : shape.join('x')}`.trim(),
    )
    expect(names.slice(0, 4)).toEqual(['counters U32 3', 'dense F32 18', 'dense.1 F32 18', 'dense.2 F32 18'])
    expect(names.slice(4).every((name) => /^(users|items)\/table\./.test(name))).toBe(true)
  })

  it('say step and chain first, as three words', () => {
    const state = opened()
    Object.assign(state, { step: 5, chain: { lo: 6, hi: 7 } })
    const [{ bytes }] = state.parts()
    expect([...new Uint32Array(Uint8Array.from(bytes).buffer)]).toEqual([5, 6, 7])
  })

  it('make another state the same, which counts that it was restored', async () => {
    const [state, other] = [opened(), opened()]
    state.tables[0].rowsOf(USERS, 2, { step: 1 })
    Object.assign(state, { step: 5, chain: { lo: 6, hi: 7 } })
    state.dense[3] = 0.25
    state.slots[1][2] = 0.5
    expect(other.digest()).not.toBe(state.digest())
    await other.restore(copied(state))
    expect(other).toMatchObject({ step: 5, chain: { lo: 6, hi: 7 }, dense: state.dense, slots: state.slots, restorations: 1 })
    expect(other.tables[0].size).toBe(2)
    expect(other.digest()).toBe(state.digest())
  })

  it.each([
    ['counters', 12],
    ['dense', 72],
    ['dense.2', 72],
  ])('are refused where %s is too short, and nothing is taken over', async (name, length) => {
    const [state, other] = [opened(), opened()]
    state.tables[0].rowsOf(USERS, 2, { step: 1 })
    const parts = copied(state).map((part) => (part.name === name ? { ...part, bytes: part.bytes.subarray(4) } : part))
    const before = other.digest()
    await expect(other.restore(parts)).rejects.toThrow(`${name}: ${length - 4} of ${length} bytes are there; restore from another version`)
    expect([other.digest(), other.restorations]).toEqual([before, 0])
  })
})

describe('rows that expire', () => {
  /** A state whose two users were met at step 1 and no more. */
  function forgetful(): EngineState {
    const state = opened(FORGETFUL)
    state.step = 1
    state.tables[0].rowsOf(USERS, 2, { step: 1 })
    state.expire()
    return state
  }

  it('are told by table in the step in which they go, and in no other', () => {
    const state = forgetful()
    expect(state.gone.map((ids) => [...ids])).toEqual([[], []])
    state.step = 4
    state.expire()
    expect(state.gone.map((ids) => ids.length)).toEqual([4, 0])
    expect(new Set(state.gone[0])).toEqual(new Set(USERS))
    state.step = 5
    state.expire()
    expect(state.gone.map((ids) => ids.length)).toEqual([0, 0])
  })

  it('go as late where the state was restored after a step that was none', async () => {
    const [state, other] = [forgetful(), opened(FORGETFUL)]
    state.step = 3
    state.tables[0].bearAll(USERS, 1, { step: 3 })
    state.takeBack()
    await other.restore(copied(state))
    for (const each of [state, other]) {
      each.step = 4
      each.expire()
      expect([...each.gone[0]]).toEqual([...USERS.subarray(2)])
    }
    expect(other.digest()).toBe(state.digest())
  })

  it('are told again by the step that follows one that was none, since nobody heard of that', () => {
    const state = forgetful()
    state.step = 4
    state.expire()
    state.takeBack()
    expect(state.step).toBe(3)
    state.step++
    state.expire()
    expect(new Set(state.gone[0])).toEqual(new Set(USERS))
    state.step++
    state.expire()
    expect(state.gone[0]).toHaveLength(0)
  })
})

it('a chain sees what a step consists of beside its gradients', () => {
  const [one, other] = [opened(), opened()]
  one.extendChain(Uint8Array.of(1))
  other.extendChain(Uint8Array.of(2))
  expect(one.chain).not.toEqual(other.chain)
  expect(one.chain).not.toEqual(opened().chain)
})
