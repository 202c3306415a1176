import { DiskFullError, type Entry } from '@freshet/event-log'
import { InvalidFieldError, NotFoundError } from '@freshet/kernel'
import { DeadLetter, PayloadKind } from '@freshet/contracts'
import { fieldOf, writeDeadLetters } from './dead-letters'
import { MessageTooLargeError, ReplayOpenError } from './errors'
import type { PartitionWriter } from './partition-writer'

/** A writer that writes down what it is given, or fails. */
function paper(failure?: Error): { writer: PartitionWriter; letters: () => DeadLetter[]; keys: () => string[] } {
  const entries: Entry[] = []
  const write: PartitionWriter['write'] = async (_, more) => {
    if (failure) throw failure
    return entries.push(...more)
  }
  return {
    writer: { write, assertRoom: () => undefined },
    letters: () => entries.map(({ value }) => DeadLetter.decode(value)),
    keys: () => entries.map(({ key }) => key),
  }
}

const wrong = new InvalidFieldError({ field: 'type', value: 'x', rule: 'a rule', remedy: 'a remedy' })
const kind = PayloadKind.PAYLOAD_KIND_EVENT
const scope = { nowMs: 77, payloadBytesMax: 4 }

describe('a dead letter', () => {
  it('keeps what came, where it came from, when, and why it was refused', async () => {
    const { writer, letters, keys } = paper()
    await writeDeadLetters(writer, [{ payload: new Uint8Array([1, 2]), source: 'http', error: wrong, kind }], scope)
    const message = "type is 'x', but a rule; a remedy"
    const payload = Buffer.from([1, 2])
    expect(letters()).toEqual([
      {
        payload,
        payloadBytes: 2,
        kind,
        source: 'http',
        code: 'INVALID_FIELD',
        field: 'type',
        message,
        timeMs: 77,
        replayed: [],
        forgotten: [],
      },
    ])
    expect(keys()).toEqual(['http'])
  })

  it('is cut to what a record may hold, and says how much came', async () => {
    const { writer, letters } = paper()
    await writeDeadLetters(writer, [{ payload: new Uint8Array(100), source: 'http', error: wrong, kind }], scope)
    expect(letters()[0]).toMatchObject({ payload: Buffer.alloc(4), payloadBytes: 100 })
  })

  it('is not written for what a repetition may heal, nor for nothing', async () => {
    const { writer, letters } = paper()
    const errors = [new DiskFullError('/data'), new ReplayOpenError('r', 'file')]
    await writeDeadLetters(
      writer,
      errors.map((error) => ({ payload: new Uint8Array(1), source: 'stream', error, kind })),
      scope,
    )
    await writeDeadLetters(writer, [], scope)
    expect(letters()).toEqual([])
  })

  it('that cannot be written stops nobody', async () => {
    const { writer } = paper(new DiskFullError('/data'))
    await expect(
      writeDeadLetters(writer, [{ payload: new Uint8Array(1), source: 'http', error: wrong, kind }], scope),
    ).resolves.toBeUndefined()
  })
})

describe('the field of a refusal', () => {
  it('is named where there is one', () => {
    expect(fieldOf(wrong)).toBe('type')
    expect(fieldOf(new MessageTooLargeError('the number of bytes', 5, 4))).toBe('the number of bytes')
    expect(fieldOf(new NotFoundError('replay', 'r', 'open it'))).toBe('')
  })
})
