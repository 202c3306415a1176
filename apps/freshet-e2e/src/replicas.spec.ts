import { writeFile } from 'node:fs/promises'
import { ReplicaClient, trainer } from '@freshet/contracts/services'
import { call, connect, type Runtime } from '@freshet/service'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { eventually } from './eventually.fixture'
import { type Feeder, startFeeder } from './feeder.fixture'
import { DICTIONARY, type House, openHouse } from './house.fixture'
import { openDataSet } from './log-reader.fixture'
import { runFreshet } from './processes.fixture'
import { learned, stock } from './shop.fixture'
import { twinOf } from './twin.fixture'

const { REPLICA_STATE_AWAY, REPLICA_STATE_COMPUTING, REPLICA_STATE_REFUSED } = trainer.ReplicaState
const former = builtInDictionary(DICTIONARY)
const added = compileDictionary(former.replace('user:\n', 'user:\n  - { name: tier, kind: category }\n'))
type Name = 'replica' | 'second-replica'

describe('replicas that compute shards of a trainer’s steps', () => {
  let house: House
  let dataSet: Runtime
  let feeder: Feeder
  let directory: TemporaryDirectory
  /** The dictionary of the first replica; the second one has the built-in one. */
  let file: string

  beforeAll(async () => {
    directory = await temporaryDirectory()
    file = directory.within('shop.yaml')
    await writeFile(file, former)
    house = await openHouse({
      services: ['ingest', 'feature-store', 'trainer', 'migrator', 'ranker', 'replica', 'second-replica'],
      environment: { FRESHET_TRAINER_VERSIONS_KEPT: '100' }, // so that the whole journal stays for the twins
      environmentOf: (service): Record<string, string> => (service === 'replica' ? { FRESHET_DICTIONARY: file } : {}),
    })
    dataSet = await openDataSet(house.data)
    await stock(house)
    feeder = startFeeder(house, 0)
  })
  afterAll(async () => {
    await feeder.stop()
    await dataSet[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })

  /** Waits until the trainer says that of a replica. */
  const untilSaid = (name: Name, state: trainer.ReplicaState): Promise<trainer.ReplicaStatus> =>
    eventually(`${name} in state ${state}`, async () => {
      const { replicas } = await call(house.trainer, 'getStatus', {})
      return replicas.find((replica) => replica.address === house.fleet.address(name) && replica.state === state)
    })

  /** Waits until a replica has computed so many shards more. */
  const untilComputed = async (name: Name, shards: number): Promise<void> => {
    const client = connect(ReplicaClient, house.fleet.address(name))
    try {
      const before = await call(client, 'getStatus', {})
      await eventually(`shards of ${name}`, async () => (await call(client, 'getStatus', {})).shards >= before.shards + shards)
    } finally {
      client.close()
    }
  }

  /** Waits until more has been learned. */
  const untilLearning = async (): Promise<void> => {
    const before = await call(house.trainer, 'getStatus', {})
    await eventually('another ten steps', async () => (await call(house.trainer, 'getStatus', {})).step >= before.step + 10)
  }

  it('join by themselves, and compute', async () => {
    for (const name of ['replica', 'second-replica'] as const) {
      await untilSaid(name, REPLICA_STATE_COMPUTING)
      await untilComputed(name, 5)
    }
  })

  it('are shown by `freshet train`', async () => {
    const { code, stdout } = await runFreshet(['train', '--once'], { cwd: house.data, env: { ...house.fleet.settings } })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^trainer .*, 2 of 2 replicas\n/)
  })

  it('keep nothing: each may be killed, and started again, while learning goes on', async () => {
    expect(await house.fleet.signal('replica', 'SIGKILL')).toBe(null)
    await untilSaid('replica', REPLICA_STATE_AWAY)
    await untilLearning()
    await house.fleet.launch('replica')
    await untilSaid('replica', REPLICA_STATE_COMPUTING)
    await untilComputed('replica', 5)
  })

  it('follow another dictionary where theirs says so, with the engine that it brings; and are refused where not', async () => {
    await writeFile(file, added.text)
    await call(house.ingest, 'setDictionary', { text: added.text })
    await eventually('steps under it', async () => (await call(house.trainer, 'getStatus', {})).dictionaryHash === added.hash)
    await untilSaid('replica', REPLICA_STATE_COMPUTING)
    await untilComputed('replica', 5)
    const { reason } = await untilSaid('second-replica', REPLICA_STATE_REFUSED)
    expect(reason).toMatch(/^graph_hash is '[0-9a-f]{64}', but this replica builds [0-9a-f]{64} from its own dictionary; give both/)
    await untilLearning()
  })

  it('end in order when they are told to', async () => {
    expect(await house.fleet.signal('second-replica', 'SIGTERM')).toBe(0)
    await untilLearning()
  })

  it('leave no trace in what is learned: its SHA-256 is that of a twin, who computed all of it alone', async () => {
    await feeder.stop()
    await learned(house)
    const { step, digest } = await call(house.trainer, 'checkpoint', {})
    const twin = await twinOf(dataSet, { step, genesis: true })
    expect([twin.steps, twin.step, twin.digest]).toEqual([step, step, digest])
    expect((await call(house.trainer, 'getStatus', {})).workersLost).toBe(0)
  })

  it('keep no trainer from ending in order', async () => {
    expect(await house.fleet.signal('trainer', 'SIGTERM')).toBe(0)
  })
})
