import { type ExampleGroup, Genesis, type Result } from '@freshet/contracts'
import { ABSENT, boundFor, openTable, type Table } from '@freshet/embedding'
import type { ModelDeclaration } from '@freshet/features'
import { float32Of, randomBelow, uint32Of } from '@freshet/kernel'
import { declareModelSet } from '@freshet/model'
import type { ModelTools } from './line-dictionaries'
import type { TrainerOptions } from './trainer'
import { exampleItem, group, layout, modelSet as patient, optionsOf, PARTITIONS, type Room, tools, words } from './training-room.fixture'

/** How many rows find room: fewer than come, more than a cut names. */
export const ROOM_FOR = 28
export const EXPIRE_AFTER_STEPS = 8

const { rowWidth: width, segments, rowScales, seed } = patient
const shape = { width, segments, rowScales, seed, admission: 2 }

/** The room's model, whose rows go when nobody comes back to them, and when their place is wanted. */
export const forgetful = declareModelSet(layout, {
  ...(JSON.parse(patient.canonical) as { readonly model: ModelDeclaration }).model,
  ...{ admission: 2, expireAfterSteps: EXPIRE_AFTER_STEPS, memoryBytes: boundFor(ROOM_FOR, shape) },
})

export const forgetfulTools: ModelTools = { ...tools, modelSet: forgetful, memory: { shards: 2, pageBytes: 4096 } }

/** What a trainer of it is opened with. */
export async function forgetfulOptions(
  room: Room,
  id: string,
  settings: Partial<TrainerOptions['settings']> = {},
): Promise<TrainerOptions> {
  const model = forgetful.canonical
  return {
    ...(await optionsOf(room, id, settings)),
    genesis: Genesis.create({ dictionaryHash: 'd0', model, seed: 1, logicalShards: 4, partitions: PARTITIONS }),
    tools: forgetfulTools,
  }
}

/** Groups of users and items that come, stay for a while, and are not seen again; a rush of new ones now and then. */
export const passing = (from: number, count: number): ExampleGroup[] =>
  Array.from({ length: count }, (_, i) => {
    const offset = from + i
    const user = Math.floor(offset / 6) + randomBelow(3, 11, offset, 0)
    const isRush = offset % 40 >= 30
    const items = [0, 1, 2].map((j) =>
      isRush ? 1000 + 12 * Math.floor(offset / 8) + randomBelow(12, 13, offset, j) : Math.floor(offset / 5) + randomBelow(5, 12, offset, j),
    )
    return group(offset, { userIds: words([`user:${user}`]), items: items.map((item) => exampleItem(user, item)) })
  })

/** A follower by value: a table that has no rules, and does what results say. */
export class ValueFollower {
  readonly table: Table = openTable(shape)

  apply(results: readonly Result[]): void {
    for (const { goneIds } of results) this.table.delete(uint32Of(goneIds), goneIds.length / 8)
    for (const { rowIds, rowValues } of results) this.table.assign(uint32Of(rowIds), rowIds.length / 8, float32Of(rowValues))
  }
}

/** Which of these ids have a row, and what all of them read as. */
export function rowsIn(
  table: Table,
  pairs: Uint32Array,
): { readonly size: number; readonly known: boolean[]; readonly values: Float32Array } {
  const count = pairs.length / 2
  const [found, values] = [new Uint32Array(count), new Float32Array(count * width)]
  table.find(pairs, count, found)
  table.gather(pairs, count, values)
  return { size: table.size, known: Array.from(found, (row) => row !== ABSENT), values }
}
