import { InvalidFieldError, NotFoundError } from '@freshet/kernel'
import { acknowledge } from './acknowledgement'
import { refuseAll } from './refuse-all'

describe('an acknowledgement', () => {
  it('says where a record stands', () => {
    expect(acknowledge({ kind: 'accepted', partition: 3, offset: 7 })).toEqual({
      outcome: { $case: 'accepted', accepted: { partition: 3, offset: 7 } },
    })
  })

  it('says of a refusal the code, the field, the value, the whole sentence, and whether to try again', () => {
    const error = new InvalidFieldError({ field: 'value', value: NaN, rule: 'a value is a finite number', remedy: 'leave it out' })
    expect(acknowledge({ kind: 'refused', error }).outcome).toEqual({
      $case: 'rejected',
      rejected: { code: 'INVALID_FIELD', field: 'value', value: 'NaN', message: error.message, retryable: false },
    })
  })

  it('cuts a value that is long, and leaves open what there is not', () => {
    const long = new InvalidFieldError({ field: 'item_id', value: 'x'.repeat(1000), rule: 'a rule', remedy: 'a remedy' })
    expect(acknowledge({ kind: 'refused', error: long }).outcome).toMatchObject({ rejected: { value: 'x'.repeat(200) } })
    const other = new NotFoundError('replay', 'r7', 'open it')
    expect(acknowledge({ kind: 'refused', error: other }).outcome).toMatchObject({
      rejected: { field: '', value: 'r7', code: 'NOT_FOUND' },
    })
  })
})

describe('a batch that is refused as a whole', () => {
  it('is refused record by record, with the same reason', () => {
    const error = new NotFoundError('replay', 'r7', 'open it')
    const received = { event: {} as never, bytes: new Uint8Array(0) }
    expect(refuseAll([received, received], error)).toEqual([
      { kind: 'refused', error },
      { kind: 'refused', error },
    ])
  })

  it('stays an error where the reason is none of ours', () => {
    expect(() => refuseAll([], new RangeError('a defect'))).toThrow('a defect')
  })
})
