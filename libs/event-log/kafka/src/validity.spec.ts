import fc from 'fast-check'
import type { FetchedMessage } from './link'
import { conditionalMessageOf, messageOf, sift } from './validity'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What a broker keeps of entries: `onlyAt` is where a conditional one expected to stand. */
function stored(...onlyAt: readonly (number | undefined)[]): FetchedMessage[] {
  return onlyAt.map((expected, offset) => {
    const entry = { key: `k${offset}`, value: bytes(`v${offset}`) }
    const { headers } = expected === undefined ? messageOf(entry) : conditionalMessageOf(entry, expected)
    const fetched = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, Buffer.from(String(value))]))
    return {
      offset,
      key: Buffer.from(entry.key),
      value: Buffer.from(entry.value),
      headers: fetched,
      isControlRecord: false,
    }
  })
}

describe('the records of a fetch', () => {
  it('are the plain ones, and the conditional ones that stand where they are valid', () => {
    const { records, voids, to } = sift(stored(undefined, 1, 1, undefined, 2), 0)
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 3])
    expect([voids, to]).toEqual([[2, 4], 5])
  })

  it('begin at the offset that was asked for, though the broker sends whole batches', () => {
    const { records, voids, to } = sift(stored(undefined, 0, undefined, undefined), 2)
    expect(records).toEqual([
      { offset: 2, key: 'k2', value: bytes('v2') },
      { offset: 3, key: 'k3', value: bytes('v3') },
    ])
    expect([voids, to]).toEqual([[], 4])
  })

  it('leave out what the brokers wrote for themselves, and go on after it', () => {
    const [control] = stored(undefined)
    expect(sift([{ ...control, isControlRecord: true }], 0)).toEqual({ records: [], voids: [], to: 1, bytes: 0 })
  })

  it('have empty keys and values where the broker has none', () => {
    const [message] = stored(undefined)
    expect(sift([{ ...message, key: null, value: null }], 0).records).toEqual([{ offset: 0, key: '', value: new Uint8Array() }])
  })

  it('are the same wherever a reader begins', () => {
    const log = fc.array(fc.option(fc.nat(20), { nil: undefined }), { maxLength: 20 })
    fc.assert(
      fc.property(log, fc.nat(20), (onlyAt, from) => {
        const all = sift(stored(...onlyAt), 0).records
        expect(sift(stored(...onlyAt), from).records).toEqual(all.filter(({ offset }) => offset >= from))
      }),
    )
  })

  it('keep their bytes when the answer that brought them is reused', () => {
    const [message] = stored(undefined)
    const { records } = sift([message], 0)
    message.value?.fill(0)
    expect(records[0].value).toEqual(bytes('v0'))
  })
})
