import { readdirSync, writeFileSync } from 'node:fs'
import { temporaryDirectory } from '@freshet/testing'
import { roomFindings } from './room'

describe('the room for data sets', () => {
  it('is looked at where it is, and where it would be made; nothing is left behind', async () => {
    await using directory = await temporaryDirectory()
    for (const path of [directory.path, directory.within('not/there/yet')]) {
      const [write, space] = await roomFindings({ directory: path, freeBytesMin: 0 })
      expect(write).toEqual({ check: 'data folder', state: 'good', says: `${path} can be written` })
      expect(space).toMatchObject({ check: 'free disk', says: expect.stringMatching(/^\d+\.\d GiB are free, 0\.0 GiB of them a reserve$/) })
    }
    expect(readdirSync(directory.path)).toEqual([])
  })

  it('is wrong where nothing can be written', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('file'), '')
    const [write] = await roomFindings({ directory: directory.within('file'), freeBytesMin: 0 })
    expect(write).toMatchObject({
      state: 'wrong',
      says: expect.stringMatching(/file cannot be written: ENOTDIR: not a directory$/),
      remedy: expect.any(String),
    })
  })

  it('is wrong where less is free than the reserve, and odd where little more is', async () => {
    await using directory = await temporaryDirectory()
    const stateAt = async (freeBytesMin: number) => (await roomFindings({ directory: directory.path, freeBytesMin }))[1].state
    expect(await stateAt(Number.MAX_SAFE_INTEGER)).toBe('wrong')
    const [, { says }] = await roomFindings({ directory: directory.path, freeBytesMin: 0 })
    expect(await stateAt((parseFloat(says) - 0.2) * 2 ** 30)).toBe('odd')
  })
})
