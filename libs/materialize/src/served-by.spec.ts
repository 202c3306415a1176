import { type EventRecord, type ExampleGroup, FoldState, Impression } from '@freshet/contracts'
import { type Dictionary, compileDictionary, crossPart, itemPart, packParts, userPart } from '@freshet/features'
import { KnownItems } from './known-items'
import { memoryStates } from './memory-states'
import { PartitionFold } from './partition-fold'
import { eventRecord, shownItem, testDictionaryText } from './records.fixture'
import { keepFormer, servedBy } from './served-by'

const first = compileDictionary(testDictionaryText)
const second = compileDictionary(testDictionaryText.replace('item:\n', 'item:\n  - { kind: category, name: brand }\n'))
const third = compileDictionary(second.text.replace('name: user_mean }', 'name: user_mean }\n  - { kind: bias, name: user_bias }'))

/** Of one hash: they name the same features. */
const arrangedOtherwise = ({ text }: Dictionary): Dictionary[] =>
  Array.from({ length: 9 }, (_, i) => compileDictionary(`${text}\narrange: { recallWeight: 0.${i + 1} }`))

/** Features as a ranker had made them: of a moment that no fold has seen. */
function served(by: Dictionary): Impression {
  const then = { userId: 'u', itemId: 'a', user: undefined, item: undefined, context: {}, nowMs: 77 }
  const { ids: userIds, numbers: userNumbers } = packParts(userPart(by, undefined, then))
  const item = packParts(itemPart(by, undefined, then), crossPart(by, then))
  item.numbers.fill(0x3f)
  return Impression.create({ dictionaryHash: by.hash, userIds, userNumbers, items: [{ ...shownItem('a'), ...item }] })
}

/** A partition whose fold is opened anew, from its bytes, before each record. */
class House {
  private readonly states = memoryStates(new KnownItems())
  private dictionary = first
  private bytes = new Uint8Array(0)
  private offset = 0

  changeTo(...dictionaries: readonly Dictionary[]): this {
    for (const { hash, text } of dictionaries) {
      const dictionary = { number: ++this.changes, hash, text }
      this.fold({ record: { $case: 'dictionary', dictionary }, sequence: 0, acceptedMs: 0 })
    }
    return this
  }

  /** The example of a click on a list that is shown now. */
  shown(impression: Impression): ExampleGroup {
    const common = { userId: 'u', requestId: `r${this.offset}`, timeMs: 100 }
    const shown = { ...eventRecord({ ...common, type: 'impression', impression }) }
    const clicked = eventRecord({ ...common, type: 'click', itemId: 'a' })
    const [group] = this.fold(shown, clicked)
    return group
  }

  private changes = 0

  private fold(...records: readonly EventRecord[]): readonly ExampleGroup[] {
    const scope = { dictionary: this.dictionary, partition: 0, partitions: 1, states: this.states }
    const fold = new PartitionFold(scope, FoldState.decode(this.bytes))
    for (const record of records) fold.event(record, { offset: this.offset++, candidates: [] })
    this.dictionary = fold.dictionary
    this.bytes = FoldState.encode(fold.state).finish()
    return fold.effects.takeGroups().map(({ group }) => group)
  }
}

describe('a list that is shown around a change of the dictionary', () => {
  it.each([
    ['the one that holds', second, [second]],
    ['the one before', first, [second]],
    ['one of those before', first, [second, third]],
    ['one that came back', first, [second, first]],
    ['one before many that only arrange answers otherwise', first, [second, ...arrangedOtherwise(second)]],
  ])('keeps what it was served with where that was made by %s', (_, by, changes) => {
    const impression = served(by)
    const { dictionaryHash, userIds, userNumbers, items } = new House().changeTo(...changes).shown(impression)
    expect(dictionaryHash).toBe(by.hash)
    expect([userIds, userNumbers]).toEqual([impression.userIds, impression.userNumbers])
    expect(items).toMatchObject([{ ids: impression.items[0].ids, numbers: impression.items[0].numbers }])
  })

  it.each<[string, Impression]>([
    ['one that has not held here', served(second)],
    ['nobody that says so', { ...served(first), dictionaryHash: '' }],
    ['a former one, and is not whole', { ...served(first), userNumbers: new Uint8Array(4) }],
    ['a former one by its name, and another by its content', { ...served(second), dictionaryHash: first.hash }],
  ])('gets the features of its moment where it was served by %s', (_, impression) => {
    const { dictionaryHash, items } = new House().changeTo(third).shown(impression)
    expect(dictionaryHash).toBe(third.hash)
    expect(items[0].ids).toHaveLength(servedBy(third).itemIds * 8)
    expect(items[0].numbers).toHaveLength(servedBy(third).itemNumbers * 4)
  })
})

describe('the dictionaries that held before', () => {
  it('are the last eight, each once', () => {
    const former = FoldState.create().formerDictionaries
    const many = Array.from({ length: 20 }, (_, i) => ({ ...first, hash: `h${i % 12}` }))
    for (const dictionary of many) keepFormer(former, dictionary)
    expect(former.map(({ hash }) => hash)).toEqual(['h0', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7'])
    keepFormer(former, { ...first, hash: 'h3' })
    expect(former.map(({ hash }) => hash)).toEqual(['h0', 'h1', 'h2', 'h4', 'h5', 'h6', 'h7', 'h3'])
  })
})
