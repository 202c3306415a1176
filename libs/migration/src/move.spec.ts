import { setImmediate } from 'node:timers/promises'
import { type Clock, PreconditionError, UnavailableError } from '@freshet/kernel'
import type { MovableTrainer, MoveProgress, StateAudit, TrainerStanding } from './movable-trainer'
import { moveTrainer } from './move'

/** A journal of two trainers: the owner makes steps as time passes, the other follows. */
class House {
  nowMs = 0
  epoch = 1
  owner = 'a'
  /** How far the owner comes in a millisecond. */
  stepsPerMs = 0.1
  /** What the follower's state is said to be, where it is not the owner's. */
  followerDigest: string | undefined
  /** Whether whoever is granted the model set acts on it. */
  targetActs = true
  /** How often an audit was refused because its step was behind. */
  behind = 0
  readonly granted: string[] = []
  /** The move is over: nobody waits for a step any more. */
  isOver = false

  get step(): number {
    return Math.floor(this.nowMs * this.stepsPerMs)
  }

  readonly clock: Clock = {
    nowMs: () => this.nowMs,
    monotonicMs: () => this.nowMs,
    sleep: async (durationMs) => {
      for (let i = 0; i < 10; i++) {
        this.nowMs += durationMs / 10
        await setImmediate()
      }
    },
  }

  trainer(id: string): MovableTrainer {
    const standing = (): TrainerStanding => {
      const isOwner = this.owner === id && (this.epoch === 1 || this.targetActs)
      return { id, role: isOwner ? 'owner' : 'follower', epoch: this.epoch, owner: this.owner, step: this.step }
    }
    return {
      address: `${id}:1`,
      status: async () => {
        this.nowMs++
        return standing()
      },
      follow: async () => ({ version: 'v1', step: this.step }),
      audit: (step) => this.audit(id, step),
      grant: async (to) => {
        this.granted.push(to)
        this.owner = to
        this.epoch++
        return { epoch: this.epoch, step: this.step }
      },
    }
  }

  private async audit(id: string, asked: number): Promise<StateAudit> {
    this.nowMs += 20 // an audit takes a while, and the owner goes on
    if (asked !== 0 && asked < this.step) {
      this.behind++
      throw new PreconditionError(`step ${asked} is behind`, 'audit a later step')
    }
    const step = asked === 0 ? this.step : asked
    while (this.step < step && !this.isOver) await setImmediate()
    return { step, digest: (id === this.owner ? undefined : this.followerDigest) ?? `state ${step}` }
  }
}

async function moved(house: House, source = house.trainer('a'), target = house.trainer('b')): Promise<MoveProgress[]> {
  const lines: MoveProgress[] = []
  try {
    for await (const line of moveTrainer({ source, target, clock: house.clock, patienceMs: 5000 })) lines.push(line)
    return lines
  } finally {
    house.isOver = true
  }
}

describe('moveTrainer', () => {
  it('joins, locks step, audits, grants and is done, in this order', async () => {
    const house = new House()
    const lines = await moved(house)
    expect(lines.map(({ phase }) => phase)).toEqual(['join', 'lock-step', 'audit', 'audit', 'grant', 'done'])
    expect(lines.at(-1)).toMatchObject({ detail: 'b trains', epoch: 2, digest: expect.stringMatching(/^state \d+$/) })
    expect(house.granted).toEqual(['b'])
  })

  it('audits the present state of a trainer that rests', async () => {
    const house = new House()
    house.stepsPerMs = 0
    expect((await moved(house)).at(-1)).toMatchObject({ phase: 'done', digest: 'state 0' })
  })

  it('audits again where the target has gone on before it was asked, however slow the two are', async () => {
    const house = new House()
    house.stepsPerMs = 0.015 // too few for a step ahead, and one every few audits
    expect((await moved(house)).at(-1)?.phase).toBe('done')
    expect(house.behind).toBeGreaterThan(0)
  })

  it('grants nothing where the states differ', async () => {
    const house = new House()
    house.followerDigest = 'another state'
    await expect(moved(house)).rejects.toThrow("the move ended in phase 'audit'")
    expect(house.granted).toEqual([])
  })

  it('refuses to move from who is no owner, or to itself', async () => {
    const house = new House()
    const [a, b] = ['a', 'b'].map((id) => house.trainer(id))
    await expect(moved(house, b, a)).rejects.toThrow('the source b is follower, not owner')
    await expect(moved(house, a, a)).rejects.toThrow('source and target are both a')
  })

  it('says so where the target never acts on the grant', async () => {
    const house = new House()
    house.targetActs = false
    await expect(moved(house)).rejects.toThrow("the move ended in phase 'grant'")
  })

  it('names the phase in which a trainer went away', async () => {
    const house = new House()
    const source = { ...house.trainer('a'), audit: () => Promise.reject(new UnavailableError('a', 'it is gone')) }
    await expect(moved(house, source)).rejects.toThrow("the move ended in phase 'audit': a")
  })
})
