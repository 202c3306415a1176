import { Writable } from 'node:stream'
import { UnavailableError } from '@freshet/kernel'
import { pino } from 'pino'
import { errorFacts, nestLogger, prettyLine } from './logger'

describe('a log record on a terminal', () => {
  it('is one line: time of day, level, name, message, facts', () => {
    const record = {
      level: 30,
      time: '2026-01-02T03:04:05.678Z',
      name: 'shop',
      msg: 'serving',
      grpc: '127.0.0.1:1',
      positions: [1, 2],
      config: { a: 1 },
    }
    expect(prettyLine(JSON.stringify(record))).toBe('03:04:05.678 info  shop serving grpc=127.0.0.1:1 positions=[1,2]\n')
  })

  it('stays one line whatever its facts hold, and leaves out what they lack', () => {
    const record = { level: 35, time: '2026-01-02T03:04:05.678Z', reason: 'one\ntwo\u001b[2J', none: undefined, empty: '', nothing: null }
    expect(prettyLine(JSON.stringify(record))).toBe('03:04:05.678         reason="one\\ntwo\\u001b[2J" empty= nothing=null\n')
  })

  it('says of an error without a stack what it says of itself, and nothing of what is none', () => {
    const record = { level: 40, time: '2026-01-02T03:04:05.678Z', name: 'shop', msg: 'odd', err: { code: 'NOT_FOUND', message: 'gone' } }
    expect(prettyLine(JSON.stringify(record))).toBe('03:04:05.678 warn  shop odd\n    gone\n')
    for (const err of ['text', {}, null, 7]) expect(prettyLine(JSON.stringify({ ...record, err }))).toBe('03:04:05.678 warn  shop odd\n')
  })

  it('shows the stack of an error below it', () => {
    const record = { level: 50, time: '2026-01-02T03:04:05.678Z', msg: 'failed', err: { message: 'm', stack: 'Error: m\n    at f' } }
    expect(prettyLine(JSON.stringify(record))).toBe('03:04:05.678 error  failed\n    Error: m\n    at f\n')
  })
})

describe('an error in the log', () => {
  it('says code and sentence where it is an operating error, and no stack', () => {
    const error = new UnavailableError('the store', 'start it')
    expect(errorFacts(error)).toEqual({ code: 'UNAVAILABLE', message: error.message })
  })

  it('keeps its stack where it is a defect, and is said as it is where it is no error', () => {
    expect(errorFacts(new TypeError('odd'))).toMatchObject({ message: 'odd', stack: expect.stringContaining('logger.spec') })
    expect(errorFacts('odd')).toEqual({ message: 'odd' })
  })
})

it('keeps Nest’s chatter out of sight, and its warnings in it', () => {
  const lines: string[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(chunk.toString())
      done()
    },
  })
  const logger = nestLogger(pino({ level: 'info' }, sink))
  logger.log('Nest application started', 'NestApplication')
  logger.warn('something odd', 'Router')
  logger.error('something wrong', 'the stack')
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ level: 40, msg: 'something odd', context: 'Router' }),
    expect.objectContaining({ level: 50, msg: 'something wrong', stack: 'the stack' }),
  ])
})
