import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { earliestRows, folderOf, ML100K, prefixOf, RETAILROCKET } from './data-set'

const TABLE = 'time,user\n30,a\n10,b\n20,c\n10,d\n'

describe('earliestRows', () => {
  it('keeps the head and the earliest rows, in the order of the file', () => {
    expect(earliestRows(TABLE, { separator: ',', timeColumn: 0, count: 3 })).toBe('time,user\n10,b\n20,c\n10,d\n')
  })

  it('breaks ties by the order of the file', () => {
    expect(earliestRows(TABLE, { separator: ',', timeColumn: 0, count: 1 })).toBe('time,user\n10,b\n')
  })

  it('keeps all rows where there are no more', () => {
    expect(earliestRows(TABLE, { separator: ',', timeColumn: 0, count: 9 })).toBe(TABLE)
  })
})

describe('a data set', () => {
  let directory: string
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'freshet-data-'))))
  afterEach(() => {
    rmSync(directory, { recursive: true })
    delete process.env.FRESHET_BENCH_DATA
  })

  it('is found where the environment says, or is absent', () => {
    process.env.FRESHET_BENCH_DATA = directory
    expect(folderOf(ML100K)).toBeUndefined()
    mkdirSync(join(directory, RETAILROCKET.folder))
    writeFileSync(join(directory, RETAILROCKET.folder, RETAILROCKET.file), 'timestamp,user,item,event\n')
    expect(folderOf(RETAILROCKET)).toBe(join(directory, RETAILROCKET.folder))
  })

  it('is cut to a prefix in a copy, with whatever stands beside its events', () => {
    const from = join(directory, 'original')
    mkdirSync(from)
    writeFileSync(join(from, RETAILROCKET.file), 'timestamp,user\n2,a\n1,b\n', { mode: 0o444 })
    writeFileSync(join(from, 'SOURCE.txt'), 'whence')
    const to = prefixOf(RETAILROCKET, from, { directory, count: 1 })
    expect(readFileSync(join(to, RETAILROCKET.file), 'utf8')).toBe('timestamp,user\n1,b\n')
    expect(readFileSync(join(to, 'SOURCE.txt'), 'utf8')).toBe('whence')
  })
})
