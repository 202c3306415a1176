import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { temporaryDirectory } from './temporary-directory'

describe('a temporary directory', () => {
  it('is there for its scope, and gone with all it held afterwards', async () => {
    let path: string
    {
      await using directory = await temporaryDirectory()
      path = directory.path
      await writeFile(directory.within('file'), 'bytes')
      expect(existsSync(directory.within('file'))).toBe(true)
    }
    expect(existsSync(path)).toBe(false)
  })

  it('is another one each time', async () => {
    await using a = await temporaryDirectory()
    await using b = await temporaryDirectory()
    expect(a.path).not.toBe(b.path)
  })
})
