import { InvalidFieldError, NotFoundError, UnavailableError } from '@freshet/kernel'
import { BadRequestException, HttpException, NotFoundException, type ArgumentsHost } from '@nestjs/common'
import { pino } from 'pino'
import { firstValueFrom, type Observable } from 'rxjs'
import { ErrorFilter, problemOf } from './error-filters'

/** What a filter answers to a request with a body, and what it logs. */
function answered(error: unknown, { body = {}, headersSent = false }: { body?: unknown; headersSent?: boolean } = {}) {
  const said = { status: 0, type: '', text: '' }
  const response = {
    headersSent,
    status: (status: number) => Object.assign(response, void (said.status = status)),
    type: (type: string) => Object.assign(response, void (said.type = type)),
    send: (text: string) => void (said.text = text),
  }
  const logged: object[] = []
  const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line) as object) })
  const host = { getType: () => 'http', switchToHttp: () => ({ getResponse: () => response, getRequest: () => ({ body }) }) }
  expect(new ErrorFilter(logger).catch(error, host as unknown as ArgumentsHost)).toBeUndefined()
  return { ...said, problem: said.text === '' ? undefined : (JSON.parse(said.text) as object), logged }
}

const refused = new InvalidFieldError({ field: 'item_id', value: '', rule: 'item_id is not empty', remedy: 'send item_id' })
const tooLarge = (facts: object) => Object.assign(new TypeError('request entity too large'), { type: 'entity.too.large', ...facts })

describe('a failed HTTP request', () => {
  it('is answered as problem+json with code, status, facts and whether it may pass', () => {
    const { status, type, problem, logged } = answered(refused, { body: { item_id: '' } })
    expect([status, type, logged]).toEqual([400, 'application/problem+json', []])
    expect(problem).toEqual({
      ...{ type: 'about:blank', title: 'INVALID_FIELD', status: 400, code: 'INVALID_FIELD', retryable: false },
      ...{ detail: refused.message, field: 'item_id', value: '', rule: 'item_id is not empty', remedy: 'send item_id' },
    })
    expect(answered(new UnavailableError('the log', 'ask again')).problem).toMatchObject({ status: 503, retryable: true })
  })

  it('is told in the names that its body is written in', () => {
    expect(answered(refused, { body: { itemId: '' } }).problem).toMatchObject({ field: 'itemId', remedy: 'send itemId' })
    expect(answered(refused, { body: undefined }).problem).toMatchObject({ field: 'itemId' })
  })

  it('says how large a message was and may be, in our words', () => {
    expect(answered(tooLarge({ length: 2_000_000, limit: 1_048_576 }))).toMatchObject({
      status: 413,
      problem: {
        code: 'MESSAGE_TOO_LARGE',
        detail: 'the message has 2000000 bytes, and a message may have 1048576; send it in smaller batches',
      },
    })
    expect(answered(tooLarge({})).problem).toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  })

  it.each([
    [
      new BadRequestException('Unexpected token'),
      400,
      'INVALID_FIELD',
      "the body is 'Unexpected token', but it must be JSON; send one JSON document",
    ],
    [new NotFoundException('Cannot GET /v1'), 404, 'NOT_FOUND', 'Cannot GET /v1; POST goes to /v1/events of ingest'],
    [new HttpException('charset', 415), 415, 'INVALID_FIELD', 'charset'],
    [new HttpException('not now', 503), 503, 'INTERNAL', 'not now'],
  ])('is answered where Nest itself refuses it: %s', (error, status, code, detail) => {
    const { problem, logged } = answered(error)
    expect(problem).toMatchObject({ type: 'about:blank', title: code, status, code, retryable: false })
    expect(problem).toMatchObject({ detail: expect.stringContaining(detail) })
    expect(logged).toHaveLength(code === 'INTERNAL' ? 1 : 0)
  })

  it.each([new TypeError('secret/path'), 'secret/path', undefined, null, { type: 'odd', message: 'secret/path' }])(
    'says nothing of a defect but that it is one, and logs it: %p',
    (error) => {
      const { status, text, logged } = answered(error)
      expect(status).toBe(500)
      expect(text).not.toContain('secret')
      expect(logged).toEqual([expect.objectContaining({ msg: 'a request failed in a way that nobody foresaw', level: 50 })])
    },
  )

  it('is left alone where its answer has begun', () => {
    expect(answered(refused, { headersSent: true })).toMatchObject({ status: 0, text: '', logged: [] })
  })
})

describe('a failed call', () => {
  it('keeps its error, for the adapter of calls', async () => {
    const host = { getType: () => 'rpc' } as unknown as ArgumentsHost
    const passed = new ErrorFilter(pino({ level: 'silent' })).catch(refused, host) as Observable<never>
    await expect(firstValueFrom(passed)).rejects.toBe(refused)
  })
})

it('a problem has no member for what an error does not say', () => {
  expect(Object.keys(problemOf(new NotFoundError('item', 'x', 'upsert it')))).toEqual([
    'type',
    'title',
    'status',
    'detail',
    'code',
    'retryable',
  ])
})
