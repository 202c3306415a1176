import { compileDictionary } from '@freshet/features'
import { untilCrowded } from './batch'
import { KnownItems } from './known-items'
import { memoryStates } from './memory-states'
import { PartitionFold } from './partition-fold'
import { eventRecord, shownItem, testDictionaryText, tickRecord } from './records.fixture'
import { ITEMS_A_TICK } from './waiting-impressions'

const SHOWN = 500
const empty = new Uint8Array(0)
const items = Array.from({ length: SHOWN }, (_, i) => shownItem(`i${i}`))
const shown = (requestId: string) =>
  eventRecord({
    ...{ type: 'impression', userId: 'u', requestId, timeMs: 5000 },
    impression: { items, surface: '', dictionaryHash: '', userIds: empty, userNumbers: empty, rowStep: 0, denseStep: 0 },
  })
const LISTS = Math.ceil(ITEMS_A_TICK / SHOWN)

/** A partition at which so many lists wait. */
function foldWith(lists: number): PartitionFold {
  const dictionary = compileDictionary(testDictionaryText)
  const fold = new PartitionFold({ dictionary, partition: 0, partitions: 1, states: memoryStates(new KnownItems()) })
  for (let i = 0; i < lists; i++) fold.event(shown(`r${i}`), { offset: i, candidates: [] })
  return fold
}

describe('what one commit takes', () => {
  const ticks = [tickRecord(900_000), tickRecord(901_000), tickRecord(902_000)]

  it('ends with a tick at which more is due than one tick does, so that the rest is another commit’s', () => {
    expect(untilCrowded(ticks, foldWith(2 * LISTS))).toBe(1)
    expect(untilCrowded([shown('s'), ...ticks], foldWith(2 * LISTS))).toBe(2)
    expect(untilCrowded(ticks, foldWith(3))).toBe(3)
  })

  it('takes no more lists than may be let go at once', () => {
    const lists = Array.from({ length: 2 * LISTS }, (_, i) => shown(`s${i}`))
    expect(untilCrowded(lists, foldWith(0))).toBe(LISTS)
  })

  it('tells all groups all the same, some of them a tick later', () => {
    const fold = foldWith(2 * LISTS)
    const told = ticks.map((tick, i) => {
      fold.event(tick, { offset: 2 * LISTS + i, candidates: [] })
      return fold.effects.takeGroups().length
    })
    expect(told).toEqual([LISTS, LISTS, 0])
  })
})
