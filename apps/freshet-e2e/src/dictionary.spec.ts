import { LabelSource } from '@freshet/contracts'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { call, type Runtime } from '@freshet/service'
import { eventually } from './eventually.fixture'
import { type Feeder, startFeeder } from './feeder.fixture'
import { DICTIONARY, type House, openHouse } from './house.fixture'
import { examplesOf, journalOf, openDataSet } from './log-reader.fixture'
import { categoryOf, event, learned, recommend, send, status, stock } from './shop.fixture'
import { twinOf } from './twin.fixture'

const former = compileDictionary(builtInDictionary(DICTIONARY))

/** The former one with a feature more of each part. */
const added = compileDictionary(
  former.text
    .replace('user:\n', 'user:\n  - { name: tier, kind: category }\n')
    .replace('item:\n', 'item:\n  - { name: item_events, kind: total, scale: 0.2 }\n')
    .replace('cross:\n', 'cross:\n  - { name: liked, kind: cross, user: id, item: category }\n'),
)

describe('a dictionary with added features, set while events flow', () => {
  let house: House
  let dataSet: Runtime
  let feeder: Feeder
  let asker: Asker

  beforeAll(async () => {
    house = await openHouse({ environment: { FRESHET_TRAINER_VERSIONS_KEPT: '100' } }) // so that the whole journal stays for the twins
    dataSet = await openDataSet(house.data)
    await stock(house)
    feeder = startFeeder(house, 0)
    await eventually('a model that has learned', async () => ((await status(house)).provenance?.modelVersion?.denseStep ?? 0) > 5)
    asker = ask(house)
  })
  afterAll(async () => {
    await feeder.stop()
    await dataSet[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
  })

  it('is refused where it names another model: field, value, rule and remedy are said', async () => {
    const text = former.text.replace('rank: { dimensions: 8', 'rank: { dimensions: 4')
    const refused = call(house.ingest, 'setDictionary', { text })
    await expect(refused).rejects.toThrow('model.rank.dimensions is 4, but the model of this data set has 8; keep it, or begin another')
  })

  it('is survived by a trainer that is killed as soon as the change is recorded, and started again', async () => {
    await call(house.ingest, 'setDictionary', { text: added.text })
    await eventually('the change in the journal', async () => (await changeIn(dataSet)) !== undefined)
    await house.fleet.signal('trainer', 'SIGKILL')
    await house.fleet.launch('trainer')
    const { effectiveStep = 0 } = (await changeIn(dataSet)) ?? {}
    await eventually('an answer of a model that has learned under it', async () => {
      const { dictionaryHash, provenance } = await status(house)
      return dictionaryHash === added.hash && (provenance?.modelVersion?.denseStep ?? 0) >= effectiveStep && effectiveStep > 0
    })
  })

  it('is recorded once, of a step that no cut had taken', async () => {
    const records = (await journalOf(dataSet)).map(({ record }) => record.record)
    const at = records.findIndex((record) => record?.$case === 'configure')
    expect(records.filter((record) => record?.$case === 'configure')).toHaveLength(1)
    const cuts = records.slice(0, at).flatMap((record) => (record?.$case === 'cut' ? [record.cut.step] : []))
    expect((await changeIn(dataSet))?.effectiveStep).toBe(Math.max(0, ...cuts) + 1)
  })

  it('is served by a ranker that was not started again: lists are explained by it, and learned from by it', async () => {
    const { requestId, items } = await recommend(house, { userId: 'grace', limit: 5, dryRun: false, explain: true })
    expect(Object.keys(items[0].explanation?.features ?? {})).toContain('item.item_events')
    await eventually('the impression in ingest', async () => (await status(house)).impressionsLogged === 1)
    const [place] = await send(house, [event({ userId: 'grace', itemId: items[0].itemId, requestId })])
    const { record } = await eventually('the example', async () =>
      (await examplesOf(dataSet)).find((each) => each.partition === place.partition && each.record.sourceOffset === place.offset),
    )
    expect(record.dictionaryHash).toBe(added.hash)
    expect(record.items).toEqual([expect.objectContaining({ label: 1, source: LabelSource.LABEL_SOURCE_SERVED })])
    expect(record.items[0].ids).toHaveLength(8 * (added.layout.item.ids + added.layout.cross.ids))
  })

  it('let answers be given all the while', async () => {
    const { answered, failures } = await asker.stop()
    expect(failures).toEqual([])
    expect(answered).toBeGreaterThan(20)
  })

  it('is the dictionary of features from its record on, and leaves the examples before it theirs', async () => {
    await feeder.stop()
    await learned(house)
    const hashes = new Map<number, string[]>()
    for (const { partition, record } of await examplesOf(dataSet))
      hashes.set(partition, [...(hashes.get(partition) ?? []), record.dictionaryHash])
    expect(hashes.size).toBeGreaterThan(4)
    for (const of of hashes.values()) expect([...new Set(of)]).toEqual([former.hash, added.hash])
    const { dictionaryHash } = await call(house.features, 'getStatus', {})
    expect(dictionaryHash).toBe(added.hash)
  })

  it('takes effect where only answers are arranged otherwise: of the same hash, and no example is another', async () => {
    const arranged = added.text.replace(/^arrange: .*$/m, 'arrange: { diversity: { attribute: category, most: 1 } }')
    expect(await call(house.ingest, 'setDictionary', { text: arranged })).toMatchObject({ hash: added.hash, number: 2 })
    await eventually('a list of one item of each category', async () => {
      const { items } = await recommend(house, { userId: 'user-1', limit: 4 })
      return new Set(items.map(({ itemId }) => categoryOf(itemId))).size === 4
    })
    await send(house, [event({ userId: 'grace', itemId: 'item-2' })])
    await learned(house)
    const { record } = (await examplesOf(dataSet)).at(-1) ?? {}
    expect([record?.dictionaryHash, record?.items[0].ids.length]).toEqual([
      added.hash,
      8 * (added.layout.item.ids + added.layout.cross.ids),
    ])
  })

  it('gives the same SHA-256 as a twin, from the oldest kept version and from the very first record', async () => {
    const { step, digest } = await call(house.trainer, 'checkpoint', {})
    const [replayed, reborn] = [await twinOf(dataSet, { step }), await twinOf(dataSet, { step, genesis: true })]
    expect([replayed.digest, reborn.digest]).toEqual([digest, digest])
    expect(reborn.steps).toBe(step)
  })

  it('is what a ranker begins with that is started again', async () => {
    await house.fleet.signal('ranker', 'SIGKILL')
    await house.fleet.launch('ranker')
    await eventually('its dictionary and its model', async () => {
      const { dictionaryHash, journalPosition, journalEnd } = await status(house)
      return dictionaryHash === added.hash && journalPosition >= journalEnd
    })
    expect((await recommend(house, { userId: 'user-1' })).items).toHaveLength(10)
  })
})

async function changeIn(dataSet: Runtime) {
  for (const { record } of (await journalOf(dataSet)).map(({ record }) => record))
    if (record?.$case === 'configure') return record.configure
  return undefined
}

/** Asks again and again, from now on. */
interface Asker {
  stop(): Promise<{ readonly answered: number; readonly failures: readonly unknown[] }>
}

function ask(house: House): Asker {
  const over = new AbortController()
  const failures: unknown[] = []
  let answered = 0
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await recommend(house, { userId: `user-${answered % 24}` }).then(
        ({ items }) => void (items.length === 10 ? answered++ : failures.push(items.length)),
        (error: unknown) => void failures.push(error),
      )
    }
  }
  const running = run()
  return {
    async stop() {
      over.abort()
      await running
      return { answered, failures }
    },
  }
}
