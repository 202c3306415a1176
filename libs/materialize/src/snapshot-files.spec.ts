import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import type { Put } from '@freshet/online-store'
import { temporaryDirectory } from '@freshet/testing'
import fc from 'fast-check'
import { openSnapshotFiles } from './snapshot-files'
import type { SnapshotShelf, StoredSnapshot } from './snapshot-shelf'

const put = (key: string, value: string | null): Put => ({ key, value: value === null ? null : new Uint8Array(Buffer.from(value)) })
const at = (events: number) => ({ events, touches: 1, catalog: 2 })

async function seal(shelf: SnapshotShelf, events: number, ...blocks: readonly (readonly Put[])[]): Promise<void> {
  const draft = await shelf.begin(3)
  for (const block of blocks) await draft.write(block)
  await draft.seal(at(events))
}

async function entriesOf(snapshot: StoredSnapshot | undefined): Promise<Put[]> {
  const entries: Put[] = []
  if (snapshot) for await (const block of snapshot.entries()) entries.push(...block)
  return entries
}

describe('snapshots in files', () => {
  it('give back what was written, in order, with the vector that it was sealed at', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openSnapshotFiles(directory.path)
    expect(await shelf.newest(3)).toBeUndefined()
    await seal(shelf, 7, [put('u:a', '1'), put('u:é', '')], [], [put('u:a', null)])
    const newest = await shelf.newest(3)
    expect(newest?.positions).toEqual(at(7))
    expect(await entriesOf(newest)).toEqual([put('u:a', '1'), put('u:é', ''), put('u:a', null)])
    expect(await shelf.newest(2)).toBeUndefined()
  })

  it('say where those stand that are kept: the latest two', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openSnapshotFiles(directory.path)
    expect(await shelf.kept(3)).toEqual([])
    for (const events of [7, 9, 8]) await seal(shelf, events)
    expect(await shelf.kept(3)).toEqual([at(9), at(8)])
    expect(await shelf.kept(2)).toEqual([])
  })

  it('give back any entries', async () => {
    const entry = fc.record({ key: fc.string({ minLength: 1 }), value: fc.option(fc.uint8Array({ maxLength: 200 })) })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(entry, { maxLength: 5 }), { maxLength: 5 }), async (blocks) => {
        await using directory = await temporaryDirectory()
        const shelf = openSnapshotFiles(directory.path)
        await seal(shelf, 1, ...blocks)
        const spell = (entries: readonly Put[]): unknown =>
          entries.map(({ key, value }) => [key, value && Buffer.from(value).toString('hex')])
        expect(spell(await entriesOf(await shelf.newest(3)))).toEqual(spell(blocks.flat()))
      }),
      { numRuns: 30 },
    )
  })

  it('are not seen before they are sealed, nor after they were discarded', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openSnapshotFiles(directory.path)
    const draft = await shelf.begin(3)
    await draft.write([put('u:a', '1')])
    expect(await shelf.newest(3)).toBeUndefined()
    await draft.discard()
    expect(await readdir(directory.within('3'))).toEqual([])
  })

  it('are kept two at a time, the latest first, and drafts of the dead are removed', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openSnapshotFiles(directory.path)
    await mkdir(directory.within('3'))
    await writeFile(directory.within('3', 'of-the-dead.draft'), 'never sealed')
    for (const events of [9, 10, 11]) await seal(shelf, events, [put('u:a', `${events}`)])
    expect((await readdir(directory.within('3'))).sort()).toEqual(['10-1-2.snapshot', '11-1-2.snapshot'])
    expect(await entriesOf(await shelf.newest(3))).toEqual([put('u:a', '11')])
  })

  it('are not counted among the two that are kept once they are damaged, so that two that are whole remain', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openSnapshotFiles(directory.path)
    const tear = (events: number): Promise<void> => truncate(directory.within('3', `${events}-1-2.snapshot`), 20)
    for (const events of [100, 200]) await seal(shelf, events, [put('u:a', `${events}`)])
    await tear(200)
    expect(await shelf.kept(3)).toEqual([at(100)])
    await seal(shelf, 300, [put('u:a', '300')])
    expect(await shelf.kept(3)).toEqual([at(300), at(100)])
    await tear(300)
    expect((await shelf.newest(3))?.positions).toEqual(at(100)) // from where the log is held
    for (const events of [400, 500]) await seal(shelf, events, [put('u:a', `${events}`)])
    expect((await readdir(directory.within('3'))).sort()).toEqual(['400-1-2.snapshot', '500-1-2.snapshot'])
  })

  it('are set aside where they are of another log: neither read nor counted, and not deleted', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openSnapshotFiles(directory.path)
    for (const events of [8, 9]) await seal(shelf, events, [put('u:a', `${events}`)])
    await shelf.setAside(3, at(9))
    expect((await shelf.newest(3))?.positions).toEqual(at(8))
    expect(await shelf.kept(3)).toEqual([at(8)])
    for (const events of [3, 4]) await seal(shelf, events)
    await shelf.setAside(3, at(8))
    for (const events of [5, 6]) await seal(shelf, events)
    expect((await readdir(directory.within('3'))).sort()).toEqual(
      ['5-1-2.snapshot', '6-1-2.snapshot', '8-1-2.snapshot.aside', '9-1-2.snapshot.aside'], // prettier-ignore
    )
  })

  it('are passed over for the one before, whichever byte of the latest is damaged and wherever it ends', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openSnapshotFiles(directory.path)
    await seal(shelf, 1, [put('u:a', 'before')])
    await seal(shelf, 2, [put('u:a', 'after'), put('u:b', null)])
    const path = directory.within('3', '2-1-2.snapshot')
    const whole = await readFile(path)
    for (let place = 0; place < whole.length; place++) {
      const damaged = Buffer.from(whole)
      damaged[place] ^= 0x10
      await writeFile(path, damaged)
      expect((await shelf.newest(3))?.positions).toEqual(at(1))
      await writeFile(path, whole)
      await truncate(path, place)
      expect((await shelf.newest(3))?.positions).toEqual(at(1))
    }
    await writeFile(path, whole)
    expect((await shelf.newest(3))?.positions).toEqual(at(2))
  })
})
