import { Cut } from '@freshet/contracts'
import { CorruptError, UnavailableError } from '@freshet/kernel'
import type { Learner } from './learner'
import { digestState } from './learner-state'
import { restoreState, takeSnapshot } from './snapshot'
import { groups, openLearner } from './training-room.fixture'
import { type HeldVersion, holdVersion } from './version-shelf'

const NEVER = new AbortController().signal

async function learn(learner: Learner, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    const step = learner.state.step + 1
    const from = (step - 1) * 6
    const cut = Cut.create({ step, ranges: [{ partition: 0, from, to: from + 6 }] })
    await learner.step(cut, [{ partition: 0, to: from + 6, groups: groups(from, 6) }])
  }
}

const held = (learner: Learner): Promise<HeldVersion> => holdVersion({ ...takeSnapshot(learner.state).draft('full', NEVER), blobs: {} })

async function restored({ contents }: HeldVersion): Promise<Learner> {
  const learner = await openLearner()
  await restoreState(contents, learner.state)
  return learner
}

describe('a snapshot', () => {
  it('is the state as it was when it was taken, to the last bit, though it is read while steps go on', async () => {
    const [learner, undisturbed] = [await openLearner(), await openLearner()]
    await Promise.all([learn(learner, 4), learn(undisturbed, 4)])
    const { table, digest } = takeSnapshot(learner.state).draft('full', NEVER)
    const reading = table.bytes()[Symbol.asyncIterator]()
    const first = await reading.next()
    await learn(learner, 3)
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield first.value
      for await (const slice of { [Symbol.asyncIterator]: () => reading }) {
        yield slice
        await learn(learner, 1)
      }
    }
    const { tensors, documents } = takeContents(undisturbed)
    const version = await holdVersion({ tensors, documents, blobs: {}, table: { ...table, bytes }, digest })
    expect(version.digest).toBe(digestState(undisturbed.state))
    expect(digestState((await restored(version)).state)).toBe(version.digest)
  })

  it('leads on to the very bits of one that never stopped', async () => {
    const one = await openLearner()
    await learn(one, 4)
    const resumed = await restored(await held(one))
    await Promise.all([learn(one, 3), learn(resumed, 3)])
    expect(digestState(resumed.state)).toBe(digestState(one.state))
  })

  it('holds what steps change in place as it was', async () => {
    const learner = await openLearner()
    await learn(learner, 2)
    const before = digestState(learner.state)
    const snapshot = takeSnapshot(learner.state)
    await learn(learner, 2)
    const version = await holdVersion({ ...snapshot.draft('full', NEVER), blobs: {} })
    expect(digestState((await restored(version)).state)).toBe(before)
  })

  it('lets others have their turn between two slices', async () => {
    const learner = await openLearner()
    await learn(learner, 1)
    let [turns, isOver] = [0, false]
    const count = (): void => {
      turns++
      if (!isOver) setImmediate(count)
    }
    setImmediate(count)
    await held(learner)
    isOver = true
    expect(turns).toBeGreaterThan(2)
  })

  it('ends with a word where it is given up', async () => {
    const learner = await openLearner()
    await learn(learner, 1)
    const draft = takeSnapshot(learner.state).draft('full', AbortSignal.abort())
    await expect(holdVersion({ ...draft, blobs: {} })).rejects.toThrow(UnavailableError)
  })
})

describe('a version that lacks something', () => {
  it.each(['dense.safetensors', 'learner.safetensors'])('names the file: %s', async (file) => {
    const { contents } = await held(await openLearner())
    const tensors = Object.fromEntries(Object.entries(contents.tensors).filter(([name]) => name !== file))
    const { state } = await openLearner()
    await expect(restoreState({ ...contents, tensors }, state)).rejects.toThrow(file)
  })

  it('says so of its table and its counters', async () => {
    const { contents } = await held(await openLearner())
    const { state } = await openLearner()
    await expect(restoreState({ ...contents, table: [] }, state)).rejects.toThrow(CorruptError)
    await expect(restoreState({ ...contents, documents: {} }, state)).rejects.toThrow('counters.json')
  })
})

function takeContents(learner: Learner) {
  const snapshot = takeSnapshot(learner.state)
  snapshot.close(false)
  return snapshot.draft('full', NEVER)
}
