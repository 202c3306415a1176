import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { JOURNAL, TOPICS } from '@freshet/event-log'
import { CorruptError, systemClock } from '@freshet/kernel'
import { openModelStore } from '@freshet/model-store'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { loadConfig } from '../config/load-config'
import { openRuntime } from '../runtime/open-runtime'
import type { Runtime } from '../runtime/runtime'
import { openLogger } from '../telemetry/logger'
import { backUp } from './back-up'
import { restore } from './restore'

const EVENTS = { topic: TOPICS.events, partition: 0 }
const EXAMPLES = { topic: TOPICS.examples, partition: 0 }
const PARTITIONS = 2
const bytes = (n: number): Uint8Array => Buffer.from(String(n))

const opened = (directory: TemporaryDirectory, name = 'shop'): Promise<Runtime> =>
  openRuntime(loadConfig({ env: {}, overrides: { data: directory.within('data'), name, partitions: PARTITIONS } }), {
    logger: openLogger({ name: 'test', level: 'silent' }),
  })

/** One event, folded and published; and learned, by a record of the journal. */
async function live({ log, store }: Runtime, n: number): Promise<void> {
  await log.append(EVENTS, [{ key: 'ada', value: bytes(n) }])
  await store.commit(0, {
    expect: { events: n, touches: 0, catalog: 0 },
    next: { events: n + 1, touches: 0, catalog: 0 },
    puts: [{ key: 'u:ada', value: bytes(n) }],
    outbox: [],
    publishedBelow: 0,
  })
  await log.append(EXAMPLES, [{ key: 'ada', value: bytes(n) }])
  await log.append(JOURNAL, [{ key: 'model-set', value: bytes(n) }])
}

/** A version that cites the journal and the examples up to `n`. */
async function writeVersion({ versionsDirectory }: Runtime, n: number): Promise<void> {
  const texts = { dictionaryHash: '', owner: '', chain: '0'.repeat(16), digest: '0'.repeat(64), parent: '', model: '' }
  const manifest = { ...texts, name: `v-${n}`, pins: {}, epoch: 1, journalOffset: n, positions: [n, 0], contains: [n, -1], step: n }
  await openModelStore(versionsDirectory, { clock: systemClock }).write({ manifest, files: [{ name: 'state.json', parts: [bytes(n)] }] })
}

const quiet = { onPart: () => undefined, onFile: () => undefined }
const target = (directory: TemporaryDirectory): string => directory.within('backup')

describe('a backup', () => {
  let directory: TemporaryDirectory
  beforeEach(async () => (directory = await temporaryDirectory()))
  afterEach(() => directory[Symbol.asyncDispose]())

  it('restores to a data set whose states cite nothing that its log lacks, though all went on meanwhile', async () => {
    {
      await using runtime = await opened(directory)
      for (let n = 0; n < 50; n++) await live(runtime, n)
      await writeVersion(runtime, 50)
      let isOver = false
      let n = 50
      const living = (async () => {
        while (!isOver) await live(runtime, n++)
      })()
      const parts: string[] = []
      await backUp({ runtime, target: target(directory), onPart: (part) => parts.push(part) })
      isOver = true
      await living
      expect(n).toBeGreaterThan(50) // it has gone on
      const inOrder = ['versions/v-50', 'store', 'log/journal', 'log/examples', 'log/events', 'log/dictionaries']
      expect(parts.filter((part) => inOrder.includes(part))).toEqual(inOrder) // what cites before what it cites
    }
    const { directory: restored } = await restore({ from: target(directory), data: directory.within('data'), name: 'again', ...quiet })
    expect(JSON.parse(await readFile(join(restored, 'meta.json'), 'utf8'))).toMatchObject({ name: 'again', partitions: PARTITIONS })
    await using again = await opened(directory, 'again')
    await using first = await opened(directory)
    expect(again.logGeneration).not.toBe(first.logGeneration) // its log ends before the first one's, and goes on otherwise
    const { events } = await again.store.positions(0)
    const [journal, examples, end] = [await again.log.next(JOURNAL), await again.log.next(EXAMPLES), await again.log.next(EVENTS)]
    expect(events).toBeGreaterThanOrEqual(50)
    expect(end).toBeGreaterThanOrEqual(events)
    expect(examples).toBeGreaterThanOrEqual(journal)
    expect(end).toBeGreaterThanOrEqual(examples)
    expect(await again.store.read(0, ['u:ada'])).toEqual([bytes(events - 1)])
    const [version] = await openModelStore(again.versionsDirectory, { clock: systemClock }).list()
    expect(journal).toBeGreaterThanOrEqual(version.journalOffset)
    await live(again, events) // it goes on from where it stands
    expect(await again.log.next(EVENTS)).toBe(end + 1)
  })

  it('overwrites nothing: neither a folder in its place, nor a data set at its restoration', async () => {
    await using runtime = await opened(directory)
    await live(runtime, 0)
    await backUp({ runtime, target: target(directory), ...quiet })
    await expect(backUp({ runtime, target: target(directory), ...quiet })).rejects.toMatchObject({ code: 'PRECONDITION' })
    const over = restore({ from: target(directory), data: directory.within('data'), ...quiet })
    await expect(over).rejects.toThrow(/data\/shop is there already, and nothing is overwritten/)
    expect(await runtime.log.next(EVENTS)).toBe(1)
  })

  it.each([
    [
      'a flipped bit',
      async (file: string) =>
        writeFile(
          file,
          (await readFile(file)).map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
        ),
      /SHA-256/,
    ],
    ['a byte more', (file: string) => appendFile(file, 'x'), /bytes, not/],
    ['a file that is gone', (file: string) => rm(file), /it is missing/],
  ])('is found damaged by %s, which is named, and restores nothing', async (_, damage, said) => {
    {
      await using runtime = await opened(directory)
      await live(runtime, 0)
      await backUp({ runtime, target: target(directory), ...quiet })
    }
    await damage(join(target(directory), 'log/events/data.mdb'))
    const restoring = restore({ from: target(directory), data: directory.within('other'), ...quiet })
    await expect(restoring).rejects.toThrow(CorruptError)
    await expect(restore({ from: target(directory), data: directory.within('other'), ...quiet })).rejects.toThrow(said)
    expect(await readdir(directory.within('other'))).toEqual([])
  })

  it('is made again where the versions that it holds have been let go, and the journal with them', async () => {
    await using runtime = await opened(directory)
    for (let n = 0; n < 10; n++) await live(runtime, n)
    await writeVersion(runtime, 2)
    let copies = 0
    const onPart = (part: string): void => void (part === 'store' && copies++)
    const trimming = {
      ...runtime.log,
      // as if the trainer had made its versions and retired the old ones while the store was being copied
      first: async (of: typeof JOURNAL) => {
        if (of.topic === TOPICS.journal && copies === 1) {
          await writeVersion(runtime, 9)
          await runtime.log.trim(JOURNAL, 9)
        }
        return runtime.log.first(of)
      },
    }
    const { files } = await backUp({ runtime: { ...runtime, log: trimming }, target: target(directory), onPart })
    expect(copies).toBe(2)
    expect(files.filter(({ path }) => path.startsWith('versions/v-9/'))).toHaveLength(2)
  })

  it('fails, and leaves nothing, where no version that it could hold leads into the journal', async () => {
    await using runtime = await opened(directory)
    for (let n = 0; n < 10; n++) await live(runtime, n)
    await writeVersion(runtime, 2)
    await runtime.log.trim(JOURNAL, 9)
    await expect(backUp({ runtime, target: target(directory), ...quiet })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await readdir(directory.path)).toEqual(['data'])
  })

  it('is refused where a folder is none, or speaks of files elsewhere', async () => {
    const from = directory.within('none')
    const attempt = () => restore({ from, data: directory.within('data'), ...quiet })
    await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await mkdir(from)
    const manifest = { schema: 1, name: 'shop', createdMs: 1, log: 'embedded', store: 'embedded' }
    for (const path of ['../../etc/passwd', '/etc/passwd', 'log/../../x']) {
      await writeFile(join(from, 'backup.json'), JSON.stringify({ ...manifest, files: [{ path, bytes: 1, sha256: '' }] }))
      await expect(attempt()).rejects.toMatchObject({ code: 'CORRUPT' })
    }
  })

  it('keeps its name where servers know the rest of it by that', async () => {
    const from = directory.within('of-kafka')
    await mkdir(from)
    const manifest = { schema: 1, name: 'shop', createdMs: 1, log: 'kafka', store: 'embedded', files: [] }
    await writeFile(join(from, 'backup.json'), JSON.stringify(manifest))
    const other = restore({ from, data: directory.within('data'), name: 'other', ...quiet })
    await expect(other).rejects.toThrow(/restore it as --data shop/)
  })
})
