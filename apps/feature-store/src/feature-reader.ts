import { ItemState, UserState } from '@freshet/contracts'
import { feature } from '@freshet/contracts/services'
import { type Description, type Dictionary, describeItem, describeUser, itemKey, userKey } from '@freshet/features'
import { InvalidFieldError, partitionOf } from '@freshet/kernel'
import type { PartitionDictionaries } from '@freshet/materialize'
import type { Runtime } from '@freshet/service'
import { TOPICS } from '@freshet/event-log'

/** What a reader stands on. */
export interface ReaderScope extends Pick<Runtime, 'store' | 'log' | 'clock'> {
  readonly dictionaryOf: PartitionDictionaries
}

const ENTITIES_MAX = 1000

/** The features of entities as they stand now, in the order of their ids; one round trip a partition. */
export async function readFeatures(
  scope: ReaderScope,
  kind: feature.EntityKind,
  entityIds: readonly string[],
): Promise<feature.Features[]> {
  const { keyOf, describe } = readerOf(scope, kind)
  refuseTooMany(entityIds)
  const partitions = scope.log.partitions(TOPICS.events)
  const features = new Map<string, feature.Features>()
  for (const [partition, ids] of byPartition(entityIds, partitions)) {
    const [values, positions, dictionary] = await Promise.all([
      scope.store.read(partition, ids.map(keyOf)),
      scope.store.positions(partition),
      scope.dictionaryOf(partition),
    ])
    ids.forEach((entityId, i) => {
      const value = values[i]
      features.set(entityId, {
        entityId,
        known: value !== undefined,
        values: spelled(describe(dictionary, entityId, value)),
        partition,
        eventsPosition: positions.events,
      })
    })
  }
  return entityIds.flatMap((id) => features.get(id) ?? [])
}

interface EntityReader {
  readonly keyOf: (id: string) => string
  readonly describe: (dictionary: Dictionary, id: string, value: Uint8Array | undefined) => Description
}

function readerOf({ clock }: ReaderScope, kind: feature.EntityKind): EntityReader {
  const nowMs = clock.nowMs()
  switch (kind) {
    case feature.EntityKind.ENTITY_KIND_USER:
      return {
        keyOf: userKey,
        describe: (dictionary, userId, value) => describeUser(dictionary, value && UserState.decode(value), { userId, nowMs }),
      }
    case feature.EntityKind.ENTITY_KIND_ITEM:
      return {
        keyOf: itemKey,
        describe: (dictionary, itemId, value) => describeItem(dictionary, value && ItemState.decode(value), { itemId, nowMs }),
      }
    default:
      throw new InvalidFieldError({
        field: 'kind',
        value: kind,
        rule: 'an entity is a user or an item',
        remedy: 'send ENTITY_KIND_USER or ENTITY_KIND_ITEM',
      })
  }
}

function refuseTooMany(entityIds: readonly string[]): void {
  if (entityIds.length > ENTITIES_MAX)
    throw new InvalidFieldError({
      field: 'entity_ids',
      value: entityIds.length,
      rule: `at most ${ENTITIES_MAX} are read at once`,
      remedy: 'ask in parts',
    })
  const empty = entityIds.indexOf('')
  if (empty >= 0)
    throw new InvalidFieldError({
      field: 'entity_id',
      value: '',
      rule: 'an id has at least one character',
      remedy: 'send the id of a user or an item',
    })
}

function byPartition(ids: readonly string[], partitions: number): Map<number, string[]> {
  const parts = new Map<number, string[]>()
  for (const id of new Set(ids)) {
    const partition = partitionOf(id, partitions)
    parts.set(partition, [...(parts.get(partition) ?? []), id])
  }
  return parts
}

const spelled = (description: Description): feature.Features['values'] =>
  Object.fromEntries(Object.entries(description).map(([name, { numbers, texts }]) => [name, { numbers: [...numbers], texts: [...texts] }]))
