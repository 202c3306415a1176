import { Event, EventRecord } from '@freshet/contracts'
import { FeatureStoreClient, feature } from '@freshet/contracts/services'
import { TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import { openMemoryStore } from '@freshet/online-store/memory'
import { call, Complaints, connect, loadConfig, openLogger, serve, type Runtime } from '@freshet/service'
import { featureStoreApp } from './index'

const NOW_MS = 1_700_000_000_000
const PARTITIONS = 8
const { ENTITY_KIND_USER: USER, ENTITY_KIND_ITEM: ITEM, ENTITY_KIND_UNSPECIFIED: UNSPECIFIED } = feature.EntityKind

/** The app as its own process would host it, on engines in memory. */
async function open(log = openMemoryLog()) {
  const dictionary = compileDictionary(builtInDictionary('generic'))
  const store = openMemoryStore()
  const complaints = new Complaints()
  const runtime = {
    config: loadConfig({ env: {}, overrides: {} }),
    clock: { ...systemClock, nowMs: () => NOW_MS },
    log,
    store,
    complaints,
    dictionary,
    firstDictionary: dictionary,
    logger: openLogger({ name: 'test', level: 'silent' }),
    drain: new AbortController(),
  } as unknown as Runtime
  const served = await serve({
    name: 'feature-store',
    runtime,
    modules: [featureStoreApp.module],
    grpc: { address: '127.0.0.1:0', setting: 'featureStore.grpc', services: featureStoreApp.services },
  })
  const client = connect(FeatureStoreClient, served.grpcAddress)
  return {
    log,
    client,
    complaints,
    async [Symbol.asyncDispose]() {
      client.close()
      await served.close()
    },
  }
}

type Opened = Awaited<ReturnType<typeof open>>

async function append({ log }: Pick<Opened, 'log'>, facts: Partial<Event>): Promise<void> {
  const event = Event.fromPartial({ userId: 'ada', type: 'view', timeMs: NOW_MS - 1000, ...facts })
  const value = EventRecord.encode({ record: { $case: 'event', event }, sequence: 0, acceptedMs: NOW_MS }).finish()
  await log.append({ topic: TOPICS.events, partition: partitionOf(event.userId, PARTITIONS) }, [{ key: event.userId, value }])
}

/** Asks until the answer is as it should be: how long that takes is the fold's business. */
async function until<T>(ask: () => Promise<T>, isReady: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isReady(answer)) return answer
  }
}

const status = ({ client }: Opened): Promise<feature.GetStatusResponse> => call(client, 'getStatus', {}, { deadlineMs: 5000 })
const get = ({ client }: Opened, kind: feature.EntityKind, entityId: string): Promise<feature.GetFeaturesResponse> =>
  call(client, 'getFeatures', { kind, entityId }, { deadlineMs: 5000 })

describe('the feature store', () => {
  it('folds what is appended, and tells the features of user and item by name', async () => {
    await using opened = await open()
    await append(opened, { eventId: 'e1', itemId: 'book' })
    await append(opened, { eventId: 'e2', itemId: 'lamp' })
    await until(
      () => get(opened, ITEM, 'lamp'),
      ({ features }) => features?.known ?? false,
    )
    const { features } = await get(opened, USER, 'ada')
    expect(features).toMatchObject({
      entityId: 'ada',
      known: true,
      partition: partitionOf('ada', PARTITIONS),
      eventsPosition: 2,
      values: {
        user: { texts: ['ada'] },
        recent: { texts: ['lamp', 'book'] },
        user_total: { numbers: [expect.closeTo(Math.log(3) * 0.2, 5)] },
      },
    })
  })

  it('reads many at once in the order asked for, known or not', async () => {
    await using opened = await open()
    const entityIds = ['x', 'y', 'z', 'x']
    const { features } = await call(opened.client, 'batchGetFeatures', { kind: ITEM, entityIds }, { deadlineMs: 5000 })
    expect(features.map(({ entityId, known }) => `${entityId} ${known}`)).toEqual(['x false', 'y false', 'z false', 'x false'])
  })

  it.each([
    ['kind', UNSPECIFIED, ['a'], 'an entity is a user or an item'],
    ['entity_ids', USER, Array.from({ length: 1001 }, (_, i) => `u${i}`), 'at most 1000 are read at once'],
    ['entity_id', ITEM, [''], 'an id has at least one character'],
  ])('refuses by %s what it cannot read', async (field, kind, entityIds, rule) => {
    await using opened = await open()
    const refused = call(opened.client, 'batchGetFeatures', { kind, entityIds }, { deadlineMs: 5000 })
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_FIELD', message: expect.stringContaining(rule) })
    await expect(refused).rejects.toThrow(new RegExp(`^${field} is `))
  })

  it('tells how far each partition has come, and what has become of the events', async () => {
    await using opened = await open()
    for (const eventId of ['e1', 'e1', 'e2']) await append(opened, { eventId, itemId: 'book', type: 'click' })
    const { partitions, ...sums } = await until(
      () => status(opened),
      ({ folded }) => folded === 2,
    )
    expect(sums).toMatchObject({ folded: 2, duplicates: 1, late: 0, examples: 2, dictionaryHash: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(partitions).toHaveLength(PARTITIONS)
    expect(partitions[partitionOf('ada', PARTITIONS)]).toMatchObject({
      eventsPosition: 3,
      eventsEnd: 3,
      owned: true,
      eventsFirst: 0,
      eventsHeldFrom: 0,
    })
  })
  it('says how much of a partition was trimmed before it was folded: that one stands still, and the others go on', async () => {
    const partition = partitionOf('ada', PARTITIONS)
    const userId = ['bob', 'cyd', 'dan', 'eve'].find((id) => partitionOf(id, PARTITIONS) !== partition) ?? ''
    const other = partitionOf(userId, PARTITIONS)
    const log = openMemoryLog()
    for (const eventId of ['e1', 'e2', 'e3']) await append({ log }, { eventId, itemId: 'book' })
    await log.trim({ topic: TOPICS.events, partition }, 2)
    await using opened = await open(log)
    await append(opened, { eventId: 'e4', userId, itemId: 'book' })
    const { partitions } = await until(
      () => status(opened),
      ({ folded }) => folded === 1,
    )
    expect(partitions[partition]).toMatchObject({
      eventsLost: 2,
      touchesLost: 0,
      catalogLost: 0,
      eventsPosition: 0,
      eventsFirst: 2,
      eventsEnd: 3,
    })
    expect(partitions[other]).toMatchObject({ eventsLost: 0, eventsPosition: 1, eventsEnd: 1, standingBecause: '', standingSinceMs: 0 })
    const told = await until(
      () => status(opened),
      (answer) => answer.partitions[partition].standingBecause !== '',
    )
    expect(told.partitions[partition]).toMatchObject({
      standingBecause: expect.stringMatching(/the log begins at 2; bring the log back .*--declare-lost-events 2/),
      standingSinceMs: NOW_MS,
    })
    expect(opened.complaints.list()).toEqual([
      { what: `the features of partition ${partition} stand still`, because: told.partitions[partition].standingBecause, sinceMs: NOW_MS },
    ])
  })
})
