import { writeFile } from 'node:fs/promises'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { call } from '@freshet/service'
import { Fleet, temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { eventually } from './eventually.fixture'
import { type Clients, connectAll, DICTIONARY, ROOT } from './house.fixture'
import { openDataSet } from './log-reader.fixture'
import { categoryOf, clicks, event, learned, probabilities, recommend, send, status, stock } from './shop.fixture'
import { twinOf } from './twin.fixture'

const RECALL = 'recall: { dimensions: 16, user: { layers: [{ width: 16, activation: tanh }] }, item: { layers: [{ width: 24, activation: tanh }, { width: 16, activation: linear }] }, width: 16 }' // prettier-ignore

const KEEP = { FRESHET_TRAINER_VERSIONS_KEPT: '100' } // so that the whole journal stays for the twin

/** One alone may overshoot: the demo's rates are those of tastes that drift, and a round is a step or two. */
const ROUNDS = 4

/** The dictionary of the other suites, with another model. */
const declared = (rank: string): string =>
  builtInDictionary(DICTIONARY)
    .replace(/^ {2}rank: .*$/m, `  rank: ${rank}`)
    .replace(/^ {2}recall: .*$/m, `  ${RECALL}`)

describe.each([
  ['DeepFM', declared('{ kind: deepfm, dimensions: 8, hidden: [32, 16] }')],
  ['DCN-V2', declared('{ kind: dcn-v2, dimensions: 8, hidden: [32, 16], crossLayers: 2, crossRank: 8 }')],
])('the loop with a %s that ranks, and towers with tanh that recall', (_, text) => {
  let directory: TemporaryDirectory
  let fleet: Fleet
  let house: Clients

  beforeAll(async () => {
    directory = await temporaryDirectory()
    const dictionary = directory.within('dictionary.yaml')
    await writeFile(dictionary, text)
    fleet = await Fleet.start({ root: ROOT, data: directory.within('data'), dictionary, services: ['all-in-one'], environment: KEEP })
    house = connectAll(() => fleet.address('all-in-one'))
    await stock(house)
  })
  afterAll(async () => {
    house[Symbol.dispose]()
    await fleet[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })

  it('raises what its user turns to above what they do not', async () => {
    await send(house, clicks(0, 400))
    await learned(house)
    const ids = ['item-3', 'item-6']
    const [before, otherBefore] = await probabilities(house, 'ada', ids)
    for (let round = 0; round < ROUNDS; round++) {
      await send(
        house,
        Array.from({ length: 20 }, (_, i) => event({ userId: 'ada', itemId: 'item-3', eventId: `ada-${round}-${i}` })),
      )
      await learned(house)
    }
    const [after, otherAfter] = await probabilities(house, 'ada', ids)
    expect(after).toBeGreaterThan(before)
    expect(after / before).toBeGreaterThan(otherAfter / otherBefore)
  })

  it('recommends by it: what is like that comes first', async () => {
    const { items, provenance } = await eventually('a whole answer', async () => {
      const answer = await recommend(house, { userId: 'ada' })
      return answer.provenance?.degraded.length === 0 && answer
    })
    expect(provenance?.modelVersion?.rowStep).toBeGreaterThan(0)
    expect(items.slice(0, 3).map(({ itemId }) => categoryOf(itemId))).toEqual(new Array(3).fill(categoryOf('item-3')))
    expect(items.some(({ source }) => source === 'two-tower')).toBe(true)
  })

  it('refuses to become the model that is declared without a kind, and says what to do', async () => {
    const other = text.replace(/^ {2}rank: .*$/m, '  rank: { dimensions: 8, hidden: [32, 16] }')
    const refused = call(house.ingest, 'setDictionary', { text: other })
    await expect(refused).rejects.toThrow(
      /model\.rank\.kind is 'wide-and-deep', but the model of this data set has .*begin another data set/,
    )
  })

  it('takes a feature more, and goes on learning', async () => {
    const added = compileDictionary(text.replace('user:\n', 'user:\n  - { name: tier, kind: category }\n'))
    await call(house.ingest, 'setDictionary', { text: added.text })
    await send(house, clicks(400, 200))
    await learned(house)
    await eventually('a ranker under the new dictionary', async () => (await status(house)).dictionaryHash === added.hash)
    const [liked, other] = await probabilities(house, 'ada', ['item-3', 'item-6'])
    expect(liked).toBeGreaterThan(other)
  })

  it('has the state of a twin that begins at the first record, the change among its steps', async () => {
    const { step, digest } = await call(house.trainer, 'checkpoint', {})
    await using dataSet = await openDataSet(directory.within('data'))
    const reborn = await twinOf(dataSet, { step, genesis: true })
    expect([reborn.steps, reborn.digest]).toEqual([step, digest])
  })
})
