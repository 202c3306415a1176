import type { LogRecord } from '@freshet/event-log'
import { type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { Tape } from './tape'

let directory: TemporaryDirectory

beforeEach(async () => void (directory = await temporaryDirectory()))
afterEach(() => directory[Symbol.asyncDispose]())

const record = (offset: number, key = `k${offset}`): LogRecord => ({ offset, key, value: new Uint8Array(10).fill(offset) })
const offsetsOf = (records: readonly LogRecord[]): number[] => records.map(({ offset }) => offset)

describe('a tape', () => {
  it('gives back what was added, as it was, in as many pieces as it came in', async () => {
    await using tape = await Tape.open(directory.within('tape'))
    const records = [record(0), record(1, 'ключ'), { ...record(2, ''), value: new Uint8Array(0) }, record(3)]
    expect([await tape.read(0, { records: 9 }), tape.next]).toEqual([[], 0])
    await tape.add(records.slice(0, 1))
    await tape.add([])
    await tape.add(records.slice(1))
    expect([await tape.read(0, { records: 9 }), tape.next]).toEqual([records, 4])
  })

  it('finds what stands at an offset, and what comes first behind one that has no record', async () => {
    await using tape = await Tape.open(directory.within('tape'))
    await tape.add([record(2), record(3), record(7)])
    const from = async (offset: number): Promise<number[]> => offsetsOf(await tape.read(offset, { records: 9 }))
    expect([await from(0), await from(3), await from(4), await from(8)]).toEqual([[2, 3, 7], [3, 7], [7], []])
  })

  it('brings as much as was asked for, and at least one record', async () => {
    await using tape = await Tape.open(directory.within('tape'))
    await tape.add([1, 2, 3, 4].map((offset) => record(offset)))
    const within = async (bytes: number): Promise<number[]> => offsetsOf(await tape.read(1, { records: 3, bytes }))
    expect([await within(1), await within(24), await within(1000)]).toEqual([[1], [1, 2], [1, 2, 3]])
  })
})
