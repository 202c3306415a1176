import assert from 'node:assert/strict'
import { AttributeValue, Event, Item } from '@freshet/contracts'
import { ingest, ranker } from '@freshet/contracts/services'
import { randomBelow } from '@freshet/kernel'
import { call, stream } from '@freshet/service'
import { eventually } from './eventually.fixture'
import type { Clients } from './house.fixture'

/** Where an event became durable. */
export interface Place {
  readonly partition: number
  readonly offset: number
}

const CATEGORIES = ['garden', 'kitchen', 'sport', 'books'] as const
const ITEMS = 40
const USERS = 24
const TRAIN_MS = 60_000

/** A small catalogue: forty items of four categories. */
export const items: readonly Item[] = Array.from({ length: ITEMS }, (_, i) =>
  Item.create({
    itemId: `item-${i}`,
    attributes: {
      category: text(CATEGORIES[i % CATEGORIES.length] ?? ''),
      title: text(`thing ${i} for the ${CATEGORIES[i % CATEGORIES.length]}`),
      price: AttributeValue.create({ kind: { $case: 'number', number: 5 + i } }),
    },
  }),
)

/** The category of one of {@link items}. */
export const categoryOf = (itemId: string): string => CATEGORIES[Number(itemId.replace('item-', '')) % CATEGORIES.length] ?? ''

/** One event; a click where nothing else is said. */
export const event = (fields: Partial<Event>): Event => Event.create({ type: 'click', ...fields })

/** Clicks of users who each like one category, numbered from `from`: every one is a positive of its own. */
export const clicks = (from: number, count: number): Event[] =>
  Array.from({ length: count }, (_, i) => {
    const user = randomBelow(USERS, 1, from + i, 0)
    const item = (user % CATEGORIES.length) + CATEGORIES.length * randomBelow(ITEMS / CATEGORIES.length, 2, from + i, 0)
    return event({ eventId: `click-${from + i}`, userId: `user-${user}`, itemId: `item-${item}` })
  })

/** Sends events as one batch, all of which must be taken. */
export async function send({ ingest: client }: Pick<Clients, 'ingest'>, events: readonly Event[]): Promise<Place[]> {
  return (await acknowledgements(client, events)).map(({ outcome }) => {
    if (outcome?.$case === 'accepted') return outcome.accepted
    throw new assert.AssertionError({ message: `refused: ${outcome?.rejected.message}` })
  })
}

/** Sends the catalogue, and waits until the ranker lists it. */
export async function stock(house: Pick<Clients, 'ingest' | 'ranker'>): Promise<void> {
  await call(house.ingest, 'upsertItems', { items: [...items] })
  await eventually('the catalogue in the ranker', async () => (await status(house)).items === ITEMS)
}

/** Waits until all that was accepted by now is learned, and answered from. */
export async function learned(house: Pick<Clients, 'ingest' | 'trainer' | 'ranker'>): Promise<void> {
  const { ends } = await call(house.ingest, 'getStatus', {})
  await eventually('the trainer', async () => {
    for await (const { done } of stream(house.trainer, 'train', { until: ends }, { deadlineMs: TRAIN_MS })) if (done) return true
    return false
  })
  await eventually('the ranker', async () => {
    const { journalPosition, journalEnd } = await status(house)
    return journalPosition >= journalEnd
  })
}

/** What the ranker says of itself. */
export const status = ({ ranker: client }: Pick<Clients, 'ranker'>): Promise<ranker.GetStatusResponse> => call(client, 'getStatus', {})

/** A list for a user, which nobody is shown where nothing else is said. */
export const recommend = (
  { ranker: client }: Pick<Clients, 'ranker'>,
  fields: Partial<ranker.RecommendRequest>,
): Promise<ranker.RecommendResponse> => call(client, 'recommend', ranker.RecommendRequest.create({ dryRun: true, ...fields }))

/** The click probability of items for a user, as the rank model has it now. */
export async function probabilities(
  { ranker: client }: Pick<Clients, 'ranker'>,
  userId: string,
  itemIds: readonly string[],
): Promise<number[]> {
  const request = ranker.PredictRequest.create({ userId, itemIds: [...itemIds] })
  return (await call(client, 'predict', request)).clickProbabilities
}

/** What became of each event. */
export async function acknowledgements(client: Clients['ingest'], events: readonly Event[]): Promise<ingest.Acknowledgement[]> {
  return (await call(client, 'append', { events: [...events] })).acknowledgements
}

function text(value: string): AttributeValue {
  return AttributeValue.create({ kind: { $case: 'text', text: value } })
}
