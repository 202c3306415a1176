import { builtInDictionary, compileDictionary } from '@freshet/features'
import { migrator, trainer, TrainerClient } from '@freshet/contracts/services'
import { call, connect, type Runtime, stream } from '@freshet/service'
import { eventually } from './eventually.fixture'
import { type Feeder, startFeeder } from './feeder.fixture'
import { DICTIONARY, type House, openHouse } from './house.fixture'
import { journalOf, openDataSet } from './log-reader.fixture'
import { learned, recommend, status, stock } from './shop.fixture'
import { twinOf } from './twin.fixture'

const { MovePhase } = migrator
const { TrainerRole } = trainer

const withFeatures = (...lines: readonly [section: 'user' | 'item', line: string][]) =>
  compileDictionary(
    lines.reduce((text, [section, line]) => text.replace(`${section}:\n`, `${section}:\n  - ${line}\n`), builtInDictionary(DICTIONARY)),
  )

/** What is set before the target begins to follow, and what is set while it joins. */
const second = withFeatures(['user', '{ name: tier, kind: category }'])
const third = withFeatures(['user', '{ name: tier, kind: category }'], ['item', '{ name: item_events, kind: total, scale: 0.2 }'])

describe('a trainer that is moved while its dictionary changes', () => {
  let house: House
  let dataSet: Runtime
  let feeder: Feeder
  let target: TrainerClient

  beforeAll(async () => {
    house = await openHouse({ environment: { FRESHET_TRAINER_VERSIONS_KEPT: '100' } }) // so that the whole journal stays for the twin
    dataSet = await openDataSet(house.data)
    await stock(house)
    feeder = startFeeder(house, 0)
    await eventually('a trainer that learns', async () => (await standing(house.trainer)).step > 5)
    await call(house.trainer, 'checkpoint', {})
  })
  afterAll(async () => {
    await feeder.stop()
    target?.close()
    await dataSet[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
  })

  const standing = (client: TrainerClient): Promise<trainer.GetStatusResponse> => call(client, 'getStatus', {})

  /** Sets a dictionary, and waits until the journal says from which step on the model follows it. */
  async function change({ text, hash }: { readonly text: string; readonly hash: string }): Promise<void> {
    await call(house.ingest, 'setDictionary', { text })
    await eventually(`dictionary ${hash} in the journal`, async () => (await orderOf()).includes(hash))
  }

  /** The journal as far as it concerns this: changes of dictionary by hash, and grants. */
  async function orderOf(): Promise<string[]> {
    return (await journalOf(dataSet)).flatMap(({ record: { record } }) => {
      if (record?.$case === 'configure') return [record.configure.dictionaryHash]
      return record?.$case === 'grant' ? ['grant'] : []
    })
  }

  it('carries the state across: the target follows over one change, meets another while it joins, and then owns', async () => {
    await change(second)
    await house.fleet.launch('standby')
    target = connect(TrainerClient, house.fleet.address('standby'))
    await eventually('the standby', async () => (await standing(target)).step > 0)
    const phases: migrator.MovePhase[] = []
    const addresses = { sourceAddress: house.fleet.address('trainer'), targetAddress: house.fleet.address('standby') }
    for await (const { phase } of stream(house.migrator, 'move', addresses)) {
      if (phases.length === 0) await change(third)
      phases.push(phase)
    }
    expect([phases[0], phases.at(-1)]).toEqual([MovePhase.MOVE_PHASE_JOIN, MovePhase.MOVE_PHASE_DONE])
    expect(await standing(target)).toMatchObject({ role: TrainerRole.TRAINER_ROLE_OWNER, epoch: 2 })
    const order = await orderOf()
    expect(order.filter((each) => each === 'grant')).toHaveLength(1)
    expect(order.indexOf(second.hash)).toBeLessThan(order.indexOf('grant'))
    expect(order.filter((each) => each === second.hash || each === third.hash)).toEqual([second.hash, third.hash])
  })

  it('is trained on and answered from by the dictionary that was set last', async () => {
    await eventually('steps under it', async () => (await standing(target)).dictionaryHash === third.hash)
    await eventually('answers under it', async () => (await status(house)).dictionaryHash === third.hash)
    expect((await recommend(house, { userId: 'user-1' })).items).toHaveLength(10)
  })

  it('leaves owner, follower and twin with one SHA-256', async () => {
    await feeder.stop()
    await learned({ ...house, trainer: target })
    const { step } = await standing(target)
    await eventually('the follower', async () => (await standing(house.trainer)).step === step)
    const audits = await Promise.all([target, house.trainer].map((client) => call(client, 'audit', { step: 0 })))
    const twin = await twinOf(dataSet, { step, genesis: true })
    expect([...audits, twin].map((each) => [each.step, each.digest])).toEqual(new Array(3).fill([step, audits[0].digest]))
  })
})
