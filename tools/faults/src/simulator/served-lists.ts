import type { Event, ExampleItem } from '@freshet/contracts'
import { bytesOf, float32Of } from '@freshet/kernel'
import { dictionary, everyDictionary } from './dictionaries'
import type { Draws } from './draws'

/** What the numbers of a shown item say of it, as a ranker served it: nothing, that no gradient of it is finite, or that a step which meets it may be its process's last. */
export type Mark = 'plain' | 'bad' | 'deadly'

const NUMBERS: Readonly<Record<Mark, number>> = { plain: 0.8125, bad: 1e38, deadly: 7776 }
/** In a graph's numbers: its step may be the last one of its process. */
export const DEADLY_NUMBER = NUMBERS.deadly
const SERVED = 0.6 // of lists: others come from elsewhere, without features
const BAD = 0.1
const DEADLY = 0.04
const WORDS = 3

/** A list as it was shown: by a ranker under some dictionary, of before or of later, or by somebody else. */
export function drawImpression(draws: Draws, itemIds: readonly string[]): NonNullable<Event['impression']> {
  if (!draws.chance(SERVED)) return listOf(itemIds.map((itemId) => shown(itemId)))
  const by = draws.chance(0.5) ? dictionary : draws.pick([...everyDictionary.values()])
  const { user, item, cross } = by.layout
  const mark = drawMark(draws)
  const marked = draws.below(itemIds.length)
  const items = itemIds.map((itemId, i) => {
    const numbers = new Float32Array(item.numbers + cross.numbers).fill(NUMBERS[i === marked ? mark : 'plain'])
    return { ...shown(itemId), ids: words(draws, item.ids + cross.ids), numbers: bytesOf(numbers) }
  })
  const userNumbers = bytesOf(new Float32Array(user.numbers).fill(NUMBERS.plain))
  return { ...listOf(items), dictionaryHash: by.hash, userIds: words(draws, user.ids), userNumbers }
}

/** What an example's features say of it; undefined where no ranker served them. */
export function markOf({ numbers }: Pick<ExampleItem, 'numbers'>): Mark | undefined {
  if (numbers.length < Float32Array.BYTES_PER_ELEMENT) return undefined
  const [value] = float32Of(numbers)
  return MARKS.find((mark) => Math.fround(NUMBERS[mark]) === value)
}

const MARKS: readonly Mark[] = ['plain', 'bad', 'deadly']

function drawMark(draws: Draws): Mark {
  const luck = draws.unit()
  if (luck < DEADLY) return 'deadly'
  return luck < DEADLY + BAD ? 'bad' : 'plain'
}

const words = (draws: Draws, ids: number): Uint8Array =>
  bytesOf(Uint32Array.from({ length: 2 * ids }, (_, i) => (i % 2 === 0 ? 1 + draws.below(WORDS) : 0)))

const shown = (itemId: string) => ({ itemId, score: 0, propensity: 0, ids: NONE, numbers: NONE })

const listOf = (items: NonNullable<Event['impression']>['items']) => ({
  items,
  ...{ surface: '', dictionaryHash: '', userIds: NONE, userNumbers: NONE, rowStep: 0, denseStep: 0 },
})

const NONE = new Uint8Array(0)
