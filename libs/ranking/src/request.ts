import { InvalidFieldError } from '@freshet/kernel'

/** How many items were asked for: 0 means 10. Throws InvalidFieldError outside 1 to 500. */
export function acceptLimit(limit: number): number {
  if (limit === 0) return LIMIT_DEFAULT
  if (Number.isInteger(limit) && limit > 0 && limit <= LIMIT_MAX) return limit
  const remedy =
    limit > LIMIT_MAX
      ? `ask for at most ${LIMIT_MAX}, and page by excluding what was shown`
      : `send a whole number, or leave it out for ${LIMIT_DEFAULT}`
  throw refuse('limit', limit, `a list has 1 to ${LIMIT_MAX} items`, remedy)
}

/** The caller's own candidates. Throws InvalidFieldError where there are none, too many, or an empty id. */
export function acceptItemIds(itemIds: readonly string[]): readonly string[] {
  if (itemIds.length === 0 || itemIds.length > ITEM_IDS_MAX) {
    const remedy = itemIds.length === 0 ? 'send the ids of the items' : 'split the request'
    throw refuse('item_ids', `${itemIds.length} ids`, `one request ranks 1 to ${ITEM_IDS_MAX} items`, remedy)
  }
  itemIds.forEach((itemId, i) => acceptItemId(`item_ids[${i}]`, itemId))
  return itemIds
}

/** The id of one item. Throws InvalidFieldError where it is empty or too long. */
export function acceptItemId(field: string, itemId: string): string {
  if (itemId === '') throw refuse(field, itemId, 'an item id has at least one character', 'send the id under which the item was upserted')
  return acceptText(field, itemId)
}

/** Who asks. Throws InvalidFieldError where an id or the context is too long. */
export function acceptUser({ userId, sessionId, context }: UserQuery): void {
  acceptText('user_id', userId)
  acceptText('session_id', sessionId)
  const entries = Object.entries(context)
  if (entries.length > CONTEXT_ENTRIES_MAX)
    throw refuse(
      'context',
      `${entries.length} entries`,
      `a context has at most ${CONTEXT_ENTRIES_MAX}`,
      'send those that the dictionary declares',
    )
  for (const [name, value] of entries) acceptText(`context.${name}`, value)
}

/** What says who asks, and in which situation. */
export interface UserQuery {
  readonly userId: string
  readonly sessionId: string
  readonly context: Readonly<Record<string, string>>
}

const LIMIT_DEFAULT = 10
const LIMIT_MAX = 500
const ITEM_IDS_MAX = 1000
const CONTEXT_ENTRIES_MAX = 64
const TEXT_CHARACTERS_MAX = 256 // as ingest accepts them

function acceptText(field: string, text: string): string {
  if (text.length > TEXT_CHARACTERS_MAX) throw refuse(field, text, `it has at most ${TEXT_CHARACTERS_MAX} characters`, 'send a shorter one')
  return text
}

const refuse = (field: string, value: unknown, rule: string, remedy: string): InvalidFieldError =>
  new InvalidFieldError({ field, value, rule, remedy })
