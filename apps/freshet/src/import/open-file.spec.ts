import fs, { writeFileSync } from 'node:fs'
import { NotFoundError, PreconditionError } from '@freshet/kernel'
import { temporaryDirectory } from '@freshet/testing'
import { openFile } from './open-file'
import { readEvents } from './mapped-events'
import { COMMAS, readTable } from './table'

describe('a file to import', () => {
  it('is read from its beginning', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('a.csv'), 'user_id\nada\n')
    const pieces: Buffer[] = []
    for await (const piece of openFile(directory.within('a.csv'), 'give another')) pieces.push(piece as Buffer)
    expect(Buffer.concat(pieces).toString()).toBe('user_id\nada\n')
  })

  it('is refused with what to give instead where it is not there, or a folder', async () => {
    await using directory = await temporaryDirectory()
    expect(() => openFile(directory.within('nope'), 'give another')).toThrow(NotFoundError)
    expect(() => openFile(directory.path, 'give another')).toThrow(`${directory.path} is no file; give another`)
    await expect(readEvents(directory.path)).rejects.toThrow(PreconditionError)
    await expect(readTable(directory.path, COMMAS, []).next()).rejects.toThrow(PreconditionError)
  })

  it('is refused where it may not be read', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('mine.csv'), '')
    const denied = jest.spyOn(fs, 'accessSync').mockImplementation(() => {
      throw Object.assign(new Error('no'), { code: 'EACCES' })
    })
    expect(() => openFile(directory.within('mine.csv'), 'give another')).toThrow('mine.csv may not be read; let this user read it')
    denied.mockRestore()
  })
})
