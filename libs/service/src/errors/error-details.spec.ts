import { CorruptError, InvalidFieldError, NotFoundError, PreconditionError, UnavailableError } from '@freshet/kernel'
import { Metadata, status, type ServiceError } from '@grpc/grpc-js'
import { detailsOf, ERROR_TRAILER, remoteError, statusOf } from './error-details'
import { ConfigurationError, DeadlineExceededError, MessageTooLargeError, PortInUseError, RemoteError } from './errors'
import { EXIT_CODE, GRPC_STATUS, HTTP_STATUS } from './status-tables'

const facts = { field: 'events[3].value', value: Number.NaN, rule: 'it must be finite', remedy: 'leave it out' }

describe('an error on its way to a caller', () => {
  it.each([
    new InvalidFieldError(facts),
    new NotFoundError('item', 'a–b', 'upsert it first'),
    new PreconditionError('a replay is open', 'close it'),
    new CorruptError('file', 'it ends early', 'restore it'),
    new UnavailableError('the log', 'try again'),
    new ConfigurationError('freshet.yaml', { setting: 'name', value: 1, rule: 'it must be text', remedy: 'quote it' }),
    new PortInUseError('127.0.0.1:1', 'all.grpc'),
    new MessageTooLargeError(2, 1),
    new DeadlineExceededError('Rank', 5),
  ])('arrives as what it was: $name', (error) => {
    const arrived = remoteError('method', { ...statusOf(error), name: '', message: '' } as ServiceError)
    expect(arrived).toMatchObject({ code: error.code, retryable: error.retryable, message: error.message })
    expect(statusOf(error).code).toBe(GRPC_STATUS[error.code])
  })

  it('keeps the facts of a refused field apart from the message', () => {
    expect(detailsOf(new InvalidFieldError(facts))).toMatchObject({
      field: 'events[3].value',
      value: 'NaN',
      rule: 'it must be finite',
      remedy: 'leave it out',
    })
  })

  it('is passed on unchanged by a service in between', () => {
    const details = { code: 'NOT_OWNER', message: 'm', retryable: false } as const
    expect(detailsOf(new RemoteError('grant', details))).toBe(details)
  })

  it.each([new TypeError('inside'), 'inside', undefined, { code: 'INVALID_FIELD', message: 'inside' }])(
    'hides what is not ours: %p',
    (error) => {
      expect(detailsOf(error)).toEqual({
        code: 'INTERNAL',
        retryable: false,
        message: 'an internal error; the log of the service names it',
      })
      expect(JSON.stringify([statusOf(error).details, statusOf(error).metadata?.toJSON()])).not.toContain('inside')
    },
  )

  it('carries any text in a header of printable ASCII, within its length', () => {
    const hostile = new NotFoundError('item', 'a', `é\u0000\n\ud800😀${'y'.repeat(10_000)}`)
    const [trailer] = statusOf(hostile).metadata?.get(ERROR_TRAILER) ?? []
    expect(trailer).toMatch(/^[\x20-\x7e]{1,4000}$/)
    expect(() => encodeURI(statusOf(hostile).details ?? '')).not.toThrow()
    expect(JSON.parse(String(trailer))).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('é\u0000\n\ufffd😀') })
  })
})

describe('a status without our trailer', () => {
  it.each([
    [status.UNAVAILABLE, 'UNAVAILABLE', true, "nothing answers at 127.0.0.1:9; start the service, for example by 'npx freshet up'"],
    [status.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED', true, 'rank at 127.0.0.1:9 did not answer in time; ask again, or allow it more'],
    [status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE', false, 'the details; send it in smaller batches'],
    [status.UNIMPLEMENTED, 'PRECONDITION', false, 'rank is not served at 127.0.0.1:9; ask the service that does'],
    [status.CANCELLED, 'UNAVAILABLE', true, 'rank at 127.0.0.1:9 was cancelled; ask again'],
    [status.UNKNOWN, 'INTERNAL', false, 'rank at 127.0.0.1:9 failed: the details'],
  ])('%s reads as %s', (code, expected, retryable, message) => {
    const error = remoteError('rank', bare(code, new Metadata()), '127.0.0.1:9')
    expect(error).toMatchObject({ code: expected, retryable, method: 'rank', message })
    expect(remoteError('rank', bare(code, new Metadata())).message).not.toContain(' at ')
  })

  it.each([
    ...['no json', '[]', 'null', '7', '{"message":"m","retryable":true}'],
    ...['{"code":"SOMETHING","message":"m","retryable":true}', '{"code":"constructor","message":"m","retryable":true}'],
    ...['{"code":["NOT_FOUND"],"message":"m","retryable":true}', '{"code":"NOT_FOUND","message":{"a":1},"retryable":true}'],
    ...['{"code":"NOT_FOUND","message":"m"}', '{"code":"NOT_FOUND","message":"m","retryable":"no"}'],
  ])('is read by the status when the trailer is %s', (trailer) => {
    const metadata = new Metadata()
    metadata.set(ERROR_TRAILER, trailer)
    expect(remoteError('rank', bare(status.UNAVAILABLE, metadata)).code).toBe('UNAVAILABLE')
  })
})

describe('the tables', () => {
  it('never call an error a success', () => {
    expect(Object.values(GRPC_STATUS)).not.toContain(status.OK)
    expect(Object.values(HTTP_STATUS).filter((code) => code < 400 || code > 599)).toEqual([])
    expect(Object.values(EXIT_CODE)).not.toContain(0)
  })
})

const bare = (code: status, metadata: Metadata): ServiceError => ({ name: '', message: '', details: 'the details', code, metadata })
