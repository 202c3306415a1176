import { Event, Item, type AttributeValue } from '@freshet/contracts'
import { itemFault } from './catalog-rules'
import { eventFromJson } from './event-json'
import { eventsOf, openDoor, received, view } from './intake.fixture'
import { INTAKE_DEFAULTS } from './limits'
import { receiveEvent } from './outcome'

const HOSTILE = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__']
const situation = (name: string): Record<string, string> => Object.fromEntries([[name, 'x'.repeat(300)]])

describe('a name that every object answers to', () => {
  it.each(HOSTILE)('stands in the log as it was sent: %s', async (name) => {
    const door = await openDoor()
    const event = view({ eventId: name, userId: name, itemId: name, context: Object.fromEntries([[name, 'evening']]) })
    expect((await door.intake.accept([received(event)], 'test')).map(({ kind }) => kind)).toEqual(['accepted'])
    const [record] = (await eventsOf(door.log)).flat()
    const kept = record.record?.$case === 'event' ? record.record.event : undefined
    expect(kept).toMatchObject({ eventId: name, userId: name, itemId: name })
    expect(Object.entries(kept?.context ?? {})).toEqual([[name, 'evening']])
  })

  it.each(HOSTILE)('is held against the rules of a situation, from bytes and from JSON: %s', async (name) => {
    const { intake } = await openDoor()
    const context = situation(name)
    const fromBytes = receiveEvent(Event.encode(view({ context })).finish())
    const fromJson = eventFromJson(JSON.parse(JSON.stringify({ userId: 'ada', itemId: 'book', type: 'view', context })))
    for (const outcome of await intake.accept([fromBytes, fromJson], 'test'))
      expect(outcome).toMatchObject({ kind: 'refused', error: { facts: { field: `context.${name}` } } })
  })

  it.each(HOSTILE)('is held against the rules of an attribute: %s', (name) => {
    const value: AttributeValue = { kind: { $case: 'number', number: Infinity } }
    const item = Item.decode(Item.encode(Item.create({ itemId: name, attributes: Object.fromEntries([[name, value]]) })).finish())
    expect(itemFault(item, INTAKE_DEFAULTS)).toMatchObject({ field: `attributes.${name}`, rule: 'a number is finite' })
  })
})
