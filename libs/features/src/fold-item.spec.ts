import { AttributeValue, Item, ItemState, Touch } from '@freshet/contracts'
import fc from 'fast-check'
import { compileDictionary } from './dictionary'
import { foldCatalogItem, foldDeletedItem, foldItem } from './fold-item'
import { windowCount, windowShape } from './window'

const dictionary = compileDictionary(`
name: test
events: { view: {}, buy: { label: positive }, rate: { label: { atLeast: 4 } }, shown: { impression: true } }
user: [{ kind: id, name: user }]
item:
  - { kind: id, name: item }
  - { kind: count, name: views, events: [view], windowMs: 100, buckets: 5 }
  - { kind: rate, name: bought, of: [buy], per: [view, shown], windowMs: 100, buckets: 5 }`)

const touch = (facts: Partial<Touch>): Touch => Touch.create({ itemId: 'i', ...facts })
const text = (value: string): AttributeValue => ({ kind: { $case: 'text', text: value } })

const touches = fc.array(
  fc.record({
    type: fc.constantFrom('view', 'buy', 'rate'),
    timeMs: fc.nat(300),
    value: fc.integer({ min: 1, max: 5 }),
    residual: fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 30 },
)

describe('folding an item', () => {
  it('agrees with a recount of all touches', () => {
    fc.assert(
      fc.property(touches, (all) => {
        const state = all.reduce<ItemState | undefined>((item, facts) => foldItem(dictionary, item, touch(facts)), undefined)
        const judged = all.filter(({ residual }) => residual !== undefined)
        const nowMs = Math.max(...all.map(({ timeMs }) => timeMs))
        expect(state).toMatchObject({
          known: true,
          createdMs: all[0].timeMs,
          lastTouchedMs: nowMs,
          events: all.length,
          valueCount: judged.length,
          valueSum: judged.reduce((sum, { value }) => sum + value, 0),
          residualSum: judged.reduce((sum, { residual = 0 }) => sum + residual, 0),
        })
        const naive = all.filter(({ type, timeMs }) => type === 'view' && Math.floor(timeMs / 20) > Math.floor(nowMs / 20) - 5).length
        expect(windowCount(state?.windows.views, windowShape('views', 100, 5), nowMs)).toBe(naive)
      }),
    )
  })

  it('counts being shown in windows alone', () => {
    const state = foldItem(dictionary, undefined, touch({ type: 'shown', impressed: true, timeMs: 5 }))
    expect(state).toMatchObject({ windows: { bought_per: { counts: [1] } }, events: 0, lastTouchedMs: 0, known: true })
  })

  it('takes attributes from the catalogue, whole, and keeps what happened', () => {
    const touched = foldItem(dictionary, undefined, touch({ type: 'view', timeMs: 5 }))
    const upserted = foldCatalogItem(touched, Item.create({ itemId: 'i', attributes: { genre: text('war') }, unavailable: true }), 9)
    expect(upserted).toMatchObject({ attributes: { genre: text('war') }, unavailable: true, events: 1, createdMs: 5 })
    const again = foldCatalogItem(upserted, Item.create({ itemId: 'i', attributes: { price: text('3') } }), 10)
    expect(again).toMatchObject({ attributes: { price: text('3') }, unavailable: false })
    expect(again.attributes.genre).toBeUndefined()
  })

  it('was created when the catalogue says, else when it was first upserted', () => {
    expect(foldCatalogItem(undefined, Item.create({ createdMs: 3 }), 9).createdMs).toBe(3)
    expect(foldCatalogItem(undefined, Item.create({}), 9).createdMs).toBe(9)
  })

  it('stays unknown after its deletion, whatever is done to it, until it is upserted again', () => {
    const deleted = foldDeletedItem(foldCatalogItem(undefined, Item.create({ attributes: { genre: text('war') } }), 1))
    expect(deleted).toMatchObject({ known: false, attributes: {} })
    expect(foldItem(dictionary, deleted, touch({ type: 'view', timeMs: 2 })).known).toBe(false)
    expect(foldCatalogItem(deleted, Item.create({}), 3).known).toBe(true)
  })
})
