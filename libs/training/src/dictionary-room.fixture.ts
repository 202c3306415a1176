import { DictionaryChange, ExampleGroup, ExampleItem, Genesis, LabelSource } from '@freshet/contracts'
import { DICTIONARIES, type EventLog } from '@freshet/event-log'
import { compileDictionary, type Dictionary, type PartLayout } from '@freshet/features'
import { bytesOf, hash32, hash64, randomBelow, randomUnit } from '@freshet/kernel'
import { openEngine } from '@freshet/learner'
import { declareModelSet, modelSetOf } from '@freshet/model'
import { interpretGraph } from '@freshet/tensor'
import { shapeOf } from './batch'
import type { ModelTools } from './line-dictionaries'
import type { TrainerOptions } from './trainer'
import { optionsOf, PARTITIONS, type Room } from './training-room.fixture'

const TEXT = `
name: shop
events: { view: {}, buy: { label: positive } }
user: [{ kind: id, name: user }, { kind: total, name: all }]
item: [{ kind: id, name: item }, { kind: category, name: genre, slots: 2 }]
model: { seed: 7, rank: { dimensions: 2, hidden: [3] }, recall: { dimensions: 2, hidden: [], width: 3 }, learningRate: { dense: 0.01, rows: 0.1 } }
`

/** The one that the data set was made with. */
export const first = compileDictionary(TEXT)

/** With a feature more on either side and between them. */
export const added = compileDictionary(
  `${TEXT.replace('user: [', 'user: [{ kind: category, name: segment }, ').replace('item: [', 'item: [{ kind: mean, name: mean }, ')}
cross: [{ kind: pair, name: did, events: [view] }]`,
)

/** With one of the first ones gone, too. */
export const removed = compileDictionary(added.text.replace(', { kind: category, name: genre, slots: 2 }', ''))

/** Options of a trainer whose model follows dictionaries. */
export async function followingOptions(
  room: Room,
  id: string,
  settings: Partial<TrainerOptions['settings']> = {},
): Promise<TrainerOptions> {
  const { canonical: model } = declareModelSet(first.layout, first.declared.model)
  return {
    ...(await optionsOf(room, id, settings)),
    genesis: Genesis.create({ dictionaryHash: first.hash, model, seed: 1, logicalShards: 3, partitions: PARTITIONS }),
    tools: await toolsOf(model),
    toolsOf,
  }
}

async function toolsOf(model: string): Promise<ModelTools> {
  const modelSet = modelSetOf(model)
  const { layout } = modelSet
  return {
    modelSet,
    shape: shapeOf(layout),
    openEngine,
    compile: interpretGraph,
    blobs: { 'rank.onnx': bytesOf(Uint32Array.of(layout.user.ids)) },
  }
}

/** Enters a change into the log, as ingest does. */
export async function enter(log: EventLog, { hash, text }: Dictionary, number: number): Promise<void> {
  await log.append(DICTIONARIES, [{ key: '', value: DictionaryChange.encode({ number, hash, text }).finish() }])
}

/** Groups that a dictionary's fold would make of records from `from` on: what goes by one name in two dictionaries is the same in both. */
export const groupsBy = (dictionary: Dictionary, from: number, count: number): ExampleGroup[] =>
  Array.from({ length: count }, (_, i) => groupBy(dictionary, from + i))

function groupBy({ hash, layout }: Dictionary, sourceOffset: number): ExampleGroup {
  const user = partOf(layout.user, sourceOffset)
  const { lo, hi } = hash64(`u${sourceOffset % 5}`)
  return ExampleGroup.create({
    ...{ sourceOffset, dictionaryHash: hash, userLo: lo, userHi: hi, acceptedMs: 1_000_000 + sourceOffset },
    ...{ userIds: bytesOf(user.ids), userNumbers: bytesOf(user.numbers) },
    items: [0, 1].map((j): ExampleItem => {
      const [item, cross] = [partOf(layout.item, 2 * sourceOffset + j), partOf(layout.cross, 3 * sourceOffset + j)]
      const { lo: itemLo, hi: itemHi } = hash64(`i${(sourceOffset + j) % 7}`)
      return ExampleItem.create({
        ...{ label: (sourceOffset + j) % 2, weight: 1, source: LabelSource.LABEL_SOURCE_RECORD, itemLo, itemHi },
        ids: bytesOf(Uint32Array.from([...item.ids, ...cross.ids])),
        numbers: bytesOf(Float32Array.from([...item.numbers, ...cross.numbers])),
      })
    }),
  })
}

function partOf({ fields, numberNames }: PartLayout, key: number): { readonly ids: Uint32Array; readonly numbers: Float32Array } {
  const ids = fields.flatMap(({ name, length }) =>
    Array.from({ length }, (_, i) => hash64(`${name}:${randomBelow(6, hash32(name, i), key, 0)}`)).flatMap(({ lo, hi }) => [lo, hi]),
  )
  return { ids: Uint32Array.from(ids), numbers: Float32Array.from(numberNames, (name) => randomUnit(hash32(name, 0), key, 0)) }
}
