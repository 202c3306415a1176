import { InvalidFieldError, UnavailableError } from '@freshet/kernel'
import { inJsonNames, inNamesOf } from './json-names'

const refused = new InvalidFieldError({
  field: 'user_id',
  value: 'my_user_id_7',
  rule: 'an event belongs to a user or to a session',
  remedy: 'send user_id, or session_id where the user is unknown',
})

describe('a refusal of JSON', () => {
  it('names fields as the sender does: camelCase unless the event is written otherwise', () => {
    expect(inNamesOf({ itemId: 'i', type: 'view' }, refused)).toMatchObject({
      facts: { field: 'userId', value: 'my_user_id_7', remedy: 'send userId, or sessionId where the user is unknown' },
    })
    expect(inNamesOf({ item_id: 'i', type: 'view' }, refused)).toBe(refused)
  })

  it('is camelCase where the body was no object', () => {
    for (const body of [undefined, null, 'user_id', 7, [], {}])
      expect(inNamesOf(body, refused)).toMatchObject({ facts: { field: 'userId' } })
  })

  it('names the path below a list', () => {
    const shown = new InvalidFieldError({ field: 'impression.items[3].item_id', value: '', rule: 'an id', remedy: 'send it' })
    expect(inNamesOf({}, shown)).toMatchObject({ facts: { field: 'impression.items[3].itemId' } })
  })

  it('stays what it is where it is about no field', () => {
    const gone = new UnavailableError('the log at time_ms', 'send it again')
    expect(inNamesOf({}, gone)).toBe(gone)
  })
})

it('says a text about an event in the names of its JSON', () => {
  expect(inJsonNames("user_id is 'my_user_id_7'; send session_id")).toBe("userId is 'my_user_id_7'; send sessionId")
})
