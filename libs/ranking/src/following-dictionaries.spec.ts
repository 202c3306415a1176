import { Configure, JournalRecord, Result } from '@freshet/contracts'
import { JOURNAL } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { compileDictionary, type Dictionary } from '@freshet/features'
import { foldJournal, type JournalState, startFold } from '@freshet/follow'
import { bytesOf, NotFoundError } from '@freshet/kernel'
import { declareModelSet, modelSetOf } from '@freshet/model'
import { JournalFollower } from './journal-follower'
import { ServingModel } from './serving-model'
import { DICTIONARY_TEXT, emptyTable, openShop, type Shop } from './shop.fixture'
import type { PlacedVersion } from './versions'

type Body = NonNullable<JournalRecord['record']>

const first = compileDictionary(DICTIONARY_TEXT)
const added = compileDictionary(DICTIONARY_TEXT.replace('user:\n', 'user:\n  - { name: segment, kind: category }\n'))
const modelOf = ({ layout, declared }: Dictionary): string => declareModelSet(layout, declared.model).canonical
const lengthOf = (dictionary: Dictionary): number => modelSetOf(modelOf(dictionary)).parameterCount

/** A journal that a trainer wrote, and what a follower of it was told of dictionaries. */
class Line {
  readonly log = openMemoryLog()
  readonly turns: string[] = []
  readonly errors: unknown[] = []
  readonly versions = new Map<string, PlacedVersion>()
  readonly follower: JournalFollower
  model: ServingModel
  private step = 0

  private constructor(shop: Shop) {
    this.model = shop.model
    this.follower = new JournalFollower({
      ...{ log: this.log, model: shop.model, clock: shop.clock, onError: (error) => this.errors.push(error) },
      versions: { list: async () => [...this.versions.values()], load: async (name) => this.versions.get(name) ?? missing(name) },
      onDictionary: async (changes) => {
        const { model, dictionaryHash } = changes.at(-1) ?? { model: modelOf(first), dictionaryHash: first.hash }
        this.turns.push(dictionaryHash)
        return (this.model = this.model.under(modelSetOf(model)))
      },
    })
  }

  static async open(): Promise<Line> {
    const line = new Line(await openShop())
    const genesis = {
      dictionaryHash: first.hash,
      model: modelOf(first),
      seed: 1,
      logicalShards: 4,
      partitions: 4,
      pins: undefined,
      stepFormat: 3,
    }
    await line.write({ $case: 'genesis', genesis })
    return line
  }

  /** A step whose dense parameters are all its own number. */
  async learn(dictionary: Dictionary): Promise<void> {
    const step = ++this.step
    const dense = new Float32Array(lengthOf(dictionary)).fill(step)
    await this.write({ $case: 'cut', cut: { step, ranges: [] } })
    const told = Result.create({ fromStep: step, toStep: step, chain: new Uint8Array(8), contains: [step, 0, 0, 0] })
    await this.write({ $case: 'result', result: { ...told, dense: bytesOf(dense), denseLength: dense.length } })
  }

  configure(dictionary: Dictionary, dictionaryNumber: number): Promise<void> {
    const change = { dictionaryHash: dictionary.hash, dictionaryText: dictionary.text, model: modelOf(dictionary) }
    const configure = Configure.create({ effectiveStep: this.step + 1, dictionaryNumber, ...change })
    return this.write({ $case: 'configure', configure })
  }

  /** Puts the state of the last step on the shelf, as of here in the journal. */
  async save(name: string, dictionary: Dictionary): Promise<void> {
    const journalOffset = await this.log.next(JOURNAL)
    const dense = new Float32Array(lengthOf(dictionary)).fill(this.step)
    const { step } = this
    const journal = await this.fold()
    this.versions.set(name, { name, step, contains: [step, 0, 0, 0], dense, journalOffset, journal, table: emptyTable(declareModelSet(first.layout, first.declared.model)) }) // prettier-ignore
  }

  write = async (record: Body): Promise<void> => {
    const value = JournalRecord.encode(JournalRecord.create({ epoch: 1, owner: 'a', record })).finish()
    await this.log.append(JOURNAL, [{ key: 'model-set', value }])
  }

  catchUp = (): Promise<void> => this.follower.catchUp(new AbortController().signal)

  /** The due dense parameters: how many, and the different values among them. */
  get dense(): [length: number, ...values: number[]] {
    const { dense } = this.model.dueDense ?? this.model.denseState
    return [dense.length, ...[...new Set(dense)].sort((a, b) => a - b)]
  }

  private async fold(): Promise<JournalState> {
    const records = await this.log.read(JOURNAL, 0, { records: 10_000 })
    return records.reduce((state, { value, offset }) => foldJournal(state, JournalRecord.decode(value), offset).state, startFold())
  }
}

const missing = (name: string): never => {
  throw new NotFoundError('version', name, 'list them')
}

describe('a follower of the journal, at another dictionary', () => {
  let line: Line
  beforeEach(async () => {
    line = await Line.open()
  })

  it('turns to it where the record stands, with the parameters that it has: what is new is zero', async () => {
    await line.learn(first)
    await line.configure(added, 1)
    await line.catchUp()
    expect([line.turns, line.errors]).toEqual([[added.hash], []])
    expect(line.dense).toEqual([lengthOf(added), 0, 1])
  })

  it('goes on with results of the new length, and turns once', async () => {
    await line.learn(first)
    await line.configure(added, 1)
    await line.learn(added)
    await line.learn(added)
    await line.catchUp()
    expect([line.turns, line.dense, line.errors]).toEqual([[added.hash], [lengthOf(added), 3], []])
    expect(line.model.stamp().rowStep).toBe(3)
  })

  it('begins again with the first one where it begins again with the first record', async () => {
    await line.configure(added, 1)
    await line.catchUp()
    await line.catchUp()
    expect(line.turns).toEqual([added.hash, first.hash, added.hash])
  })

  it('begins under the dictionary of the version that it begins with', async () => {
    await line.configure(added, 1)
    await line.learn(added)
    await line.save('v1', added)
    await line.catchUp()
    expect([line.turns, line.dense]).toEqual([[added.hash], [lengthOf(added), 1]])
  })

  it('carries a version from before the change, which the journal of its own place knows already', async () => {
    await line.learn(first)
    await line.configure(added, 1)
    await line.save('v1', first)
    await line.catchUp()
    expect([line.turns, line.dense]).toEqual([[added.hash], [lengthOf(added), 0, 1]])
  })

  it('carries what it is turned back to by a `serve`, and stays with the dictionary', async () => {
    await line.learn(first)
    await line.save('v1', first)
    await line.configure(added, 1)
    await line.learn(added)
    await line.write({ $case: 'serve', serve: { version: 'v1' } })
    await line.catchUp()
    expect([line.turns, line.dense, line.model.stamp().version]).toEqual([[added.hash], [lengthOf(added), 0, 1], 'v1'])
  })

  it('follows a change while it is turned back to a version', async () => {
    await line.learn(first)
    await line.save('v1', first)
    await line.write({ $case: 'serve', serve: { version: 'v1' } })
    await line.configure(added, 1)
    await line.catchUp()
    expect([line.turns, line.dense, line.model.stamp().version]).toEqual([[added.hash], [lengthOf(added), 0, 1], 'v1'])
  })

  it('passes through each of several, in their order', async () => {
    await line.learn(first)
    await line.configure(added, 1)
    await line.configure(first, 2)
    await line.learn(first)
    await line.catchUp()
    expect([line.turns, line.dense, line.errors]).toEqual([[added.hash, first.hash], [lengthOf(first), 2], []])
  })

  it('pays no heed to a record of somebody who owns nothing', async () => {
    await line.learn(first)
    const value = JournalRecord.create({ epoch: 1, owner: 'z', record: { $case: 'configure', configure: Configure.create({ effectiveStep: 2, dictionaryNumber: 1, dictionaryHash: 'x' }) } }) // prettier-ignore
    await line.log.append(JOURNAL, [{ key: 'model-set', value: JournalRecord.encode(value).finish() }])
    await line.catchUp()
    expect(line.turns).toEqual([])
  })
})
