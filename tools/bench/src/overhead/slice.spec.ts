import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Slice, slicesBetween } from './slice'

describe('the slices between two moments', () => {
  let directory: string
  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'freshet-slices-'))))
  afterEach(() => rmSync(directory, { recursive: true }))

  const put = (file: string, fromMs: number, toMs: number): void => {
    const slice: Slice = {
      process: 1,
      thread: '1',
      fromMs,
      toMs,
      seconds: 0.1,
      processSeconds: 0.2,
      laterThreads: {},
      profile: { nodes: [], startTime: 0, endTime: 0 },
    }
    writeFileSync(join(directory, file), JSON.stringify(slice))
  }

  it('are those that lie wholly between them', () => {
    put('1-0-0.json', 0, 10)
    put('1-0-1.json', 10, 20)
    put('1-0-2.json', 20, 30)
    put('1-0-3.json', 30, 40)
    expect(
      slicesBetween(directory, 5, 30)
        .map(({ fromMs }) => fromMs)
        .sort(),
    ).toEqual([10, 20])
  })

  it('are whole: what is being written is left', () => {
    put('1-0-0.json', 10, 20)
    writeFileSync(join(directory, '1-0-1.part'), '{')
    expect(slicesBetween(directory, 0, 100)).toHaveLength(1)
  })
})
