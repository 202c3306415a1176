import { compileDictionary, meaningOf } from './dictionary'
import { type EventMeaning, isValued, labelOf } from './meaning'

const dictionary = compileDictionary(`
name: test
events:
  look: {}
  buy: { label: positive, weight: 3 }
  leave: { label: negative }
  rate: { label: { atLeast: 4 }, explicit: true }
  shown: { impression: true, label: positive }
user: [{ kind: id, name: user }]
item: [{ kind: id, name: item }]`)

function of(type: string): EventMeaning {
  const meaning = meaningOf(dictionary, type)
  if (meaning === undefined) throw new RangeError(type)
  return meaning
}

describe('the label of an event', () => {
  it('is 1 where its type is positive, whatever its value', () => {
    expect([labelOf(of('buy'), undefined), labelOf(of('buy'), -3)]).toEqual([1, 1])
  })

  it('is 0 where its type is negative, whatever its value', () => expect(labelOf(of('leave'), 5)).toBe(0))

  it('is 1 from the declared value on, and 0 below it', () => {
    expect([3.99, 4, 5].map((value) => labelOf(of('rate'), value))).toEqual([0, 1, 1])
  })

  it('is none where the type says nothing, where a value is missing, and for a list', () => {
    expect([labelOf(of('look'), 5), labelOf(of('rate'), undefined), labelOf(of('shown'), 5)]).toEqual([undefined, undefined, undefined])
  })

  it('makes a value a judgement where it depends on it', () => {
    expect(['look', 'buy', 'rate', 'shown'].filter((type) => isValued(of(type)))).toEqual(['rate'])
  })
})
