import { migrator, trainer, TrainerClient } from '@freshet/contracts/services'
import { call, connect, type Runtime, stream } from '@freshet/service'
import { eventually } from './eventually.fixture'
import { type Feeder, startFeeder } from './feeder.fixture'
import { type House, openHouse } from './house.fixture'
import { journalOf, openDataSet } from './log-reader.fixture'
import { learned, recommend, stock } from './shop.fixture'
import { twinOf } from './twin.fixture'

const { MovePhase } = migrator
const { TrainerRole } = trainer

describe('a standby', () => {
  it('that is there before any trainer waits for one, and follows it', async () => {
    await using house = await openHouse({ services: ['standby'] })
    const standby = connect(TrainerClient, house.fleet.address('standby'))
    await expect(call(standby, 'getStatus', {})).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    await house.fleet.launch('trainer')
    const follower = await eventually('the standby', () => call(standby, 'getStatus', {}))
    const owner = await eventually('the trainer', () => call(house.trainer, 'getStatus', {}))
    expect([follower.owner, follower.epoch, owner.role]).toEqual([owner.trainerId, 1, TrainerRole.TRAINER_ROLE_OWNER])
    standby.close()
  })
})

describe('a move of the running trainer', () => {
  let house: House
  let dataSet: Runtime
  let feeder: Feeder
  let standby: TrainerClient

  beforeAll(async () => {
    house = await openHouse({ environment: { FRESHET_TRAINER_VERSIONS_KEPT: '100' } })
    dataSet = await openDataSet(house.data)
    await stock(house)
    feeder = startFeeder(house, 0)
    await eventually('an owner', async () => (await standing(house.trainer)).role === TrainerRole.TRAINER_ROLE_OWNER)
    await house.fleet.launch('standby')
    standby = connect(TrainerClient, house.fleet.address('standby'))
    await eventually('the standby', async () => (await standing(standby)).step > 0)
  })
  afterAll(async () => {
    await feeder.stop()
    standby.close()
    await dataSet[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
  })

  const standing = (client: TrainerClient): Promise<trainer.GetStatusResponse> => call(client, 'getStatus', {})

  /** Moves, and says every line of it. */
  async function move(sourceAddress: string, targetAddress: string): Promise<migrator.MoveResponse[]> {
    const lines: migrator.MoveResponse[] = []
    for await (const line of stream(house.migrator, 'move', { sourceAddress, targetAddress })) lines.push(line)
    return lines
  }

  it('finds a standby that follows and lets the owner train', async () => {
    const [owner, follower] = [await standing(house.trainer), await standing(standby)]
    expect([owner.role, follower.role]).toEqual([TrainerRole.TRAINER_ROLE_OWNER, TrainerRole.TRAINER_ROLE_FOLLOWER])
    expect(follower.owner).toBe(owner.trainerId)
  })

  it('to an address where nobody trains fails, and the source trains on', async () => {
    const { trainerId, step } = await standing(house.trainer)
    await expect(move(house.fleet.address('trainer'), '127.0.0.1:1')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await eventually('steps of the source', async () => (await standing(house.trainer)).step > step + 5)
    expect(await standing(house.trainer)).toMatchObject({ role: TrainerRole.TRAINER_ROLE_OWNER, owner: trainerId, epoch: 1 })
    const { moves } = await call(house.migrator, 'getStatus', {})
    expect(moves).toEqual([expect.objectContaining({ phase: MovePhase.MOVE_PHASE_FAILED, detail: expect.stringContaining('127.0.0.1:1') })])
  })

  it('is refused where the source does not own what it would hand over', async () => {
    const [source, target] = [house.fleet.address('standby'), house.fleet.address('trainer')]
    await expect(move(source, target)).rejects.toMatchObject({
      code: 'PRECONDITION',
      message: expect.stringContaining('follower, not owner'),
    })
    await expect(move('somewhere', target)).rejects.toMatchObject({
      code: 'INVALID_FIELD',
      details: { field: 'source_address', value: 'somewhere' },
    })
  })

  it('under load joins, locks step, audits the full state as equal, grants; and answers go on all the while', async () => {
    let isMoving = true
    let answered = 0
    const asking = (async () => {
      for (; isMoving; answered++) expect((await recommend(house, { userId: 'user-1' })).items).toHaveLength(10)
    })()
    const lines = await move(house.fleet.address('trainer'), house.fleet.address('standby')).finally(() => (isMoving = false))
    await asking
    expect(answered).toBeGreaterThan(0)
    const { MOVE_PHASE_JOIN, MOVE_PHASE_LOCK_STEP, MOVE_PHASE_AUDIT, MOVE_PHASE_GRANT, MOVE_PHASE_DONE } = MovePhase
    expect(lines.map(({ phase }) => phase)).toEqual([
      ...[MOVE_PHASE_JOIN, MOVE_PHASE_LOCK_STEP, MOVE_PHASE_AUDIT, MOVE_PHASE_AUDIT, MOVE_PHASE_GRANT, MOVE_PHASE_DONE],
    ])
    expect(lines.at(-1)).toMatchObject({ epoch: 2, digest: expect.stringMatching(/^[0-9a-f]{64}$/), gapMs: expect.any(Number) })
  })

  it('leaves the standby as owner and the source as its follower, step for step', async () => {
    const { step, trainerId } = await standing(standby)
    await eventually('steps of the new owner', async () => (await standing(standby)).step > step + 5)
    const [follower, owner] = [await standing(house.trainer), await standing(standby)]
    expect([owner.role, follower.role]).toEqual([TrainerRole.TRAINER_ROLE_OWNER, TrainerRole.TRAINER_ROLE_FOLLOWER])
    expect([owner.epoch, owner.owner, follower.owner]).toEqual([2, trainerId, trainerId])
  })

  it('can be made back again', async () => {
    const lines = await move(house.fleet.address('standby'), house.fleet.address('trainer'))
    expect(lines.at(-1)).toMatchObject({ phase: MovePhase.MOVE_PHASE_DONE, epoch: 3 })
    expect((await standing(house.trainer)).role).toBe(TrainerRole.TRAINER_ROLE_OWNER)
  })

  it('is not the only way: a standby takes over by itself when the owner is killed', async () => {
    await house.fleet.signal('trainer', 'SIGKILL')
    await eventually('the claim', async () => (await standing(standby)).role === TrainerRole.TRAINER_ROLE_OWNER)
    await house.fleet.launch('trainer')
    await eventually('the old owner', async () => (await standing(house.trainer)).role === TrainerRole.TRAINER_ROLE_FOLLOWER)
    expect(await standing(standby)).toMatchObject({ role: TrainerRole.TRAINER_ROLE_OWNER, epoch: 4 })
  })

  it('leaves owner, follower and twin with one SHA-256, and every step cut once', async () => {
    await feeder.stop()
    await learned({ ...house, trainer: standby })
    const { step } = await standing(standby)
    await eventually('the follower', async () => (await standing(house.trainer)).step === step)
    const audits = await Promise.all([standby, house.trainer].map((client) => call(client, 'audit', { step: 0 })))
    const twin = await twinOf(dataSet, { step, genesis: true })
    expect([...audits, twin].map((each) => [each.step, each.digest])).toEqual(new Array(3).fill([step, audits[0].digest]))
    const cuts = (await journalOf(dataSet)).flatMap(({ record: { record } }) => (record?.$case === 'cut' ? [record.cut.step] : []))
    expect(new Set(cuts).size).toBe(step)
  })
})
