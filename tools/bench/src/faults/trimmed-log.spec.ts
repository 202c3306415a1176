import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OffsetOutOfRangeError, TOPICS } from '@freshet/event-log'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { isFreshetError } from '@freshet/kernel'
import { openSnapshotFiles, runFolders } from '@freshet/materialize'
import { type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { foldAfresh } from './afresh'
import { DICTIONARY } from './changes'
import { findDiffering } from './differing-features'
import { clock, EmptiedHouse, turn } from './emptied-house.fixture'
import { Recording } from './recording'
import { forgetful } from './retention'

const PARTITIONS = 2
const WAVE = 60 // events
const dictionary = compileDictionary(forgetful(builtInDictionary(DICTIONARY)))

let directory: TemporaryDirectory
let house: EmptiedHouse
let standing: string[]

beforeEach(async () => {
  directory = await temporaryDirectory()
  house = await EmptiedHouse.open(PARTITIONS)
  standing = []
})
afterEach(() => directory[Symbol.asyncDispose]())

/** Folds the house as a feature store beside Redis does, with copies and trims as soon as they may be. */
const fold = () =>
  runFolders({
    ...{ log: house.log, store: house.store, dictionary, clock, member: 'one' },
    ...{ snapshots: openSnapshotFiles(directory.within('snapshots')), snapshotEveryMs: 0, retentionMs: 1 },
    onTrouble: (partition, error) => {
      if (isFreshetError(error) && error.code === 'PRECONDITION') standing.push(`partition ${partition}: ${error.message}`)
    },
  })

/** Waits until all is folded. A partition that stands still is nothing to wait for: it is said instead. */
async function folded(): Promise<void> {
  while (!(await house.isFolded())) {
    expect(standing).toEqual([])
    await turn()
  }
}

/** Has events happen until the log has let go of the beginning of all that services trim of it. */
async function trimmed(): Promise<void> {
  const partitions = [...Array(PARTITIONS).keys()]
  const firsts = () => Promise.all(partitions.flatMap((partition) => ['events', 'touches'].map((topic) => house.log.first({ topic, partition })))) // prettier-ignore
  while ((await firsts()).includes(0)) {
    await house.visit(WAVE)
    await folded()
  }
}

/** Damages the latest snapshot of each partition. */
function damageNewest(): void {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const folder = directory.within('snapshots', String(partition))
    const far = (name: string): number =>
      name
        .split('.')[0]
        .split('-')
        .reduce((sum, part) => sum + Number(part), 0)
    const [newest] = readdirSync(folder).filter((name) => name.endsWith('.snapshot')).sort((a, b) => far(b) - far(a)) // prettier-ignore
    const bytes = readFileSync(join(folder, newest))
    bytes[bytes.length >> 1] ^= 1
    writeFileSync(join(folder, newest), bytes)
  }
}

describe('a store that is emptied beside a log that has let go of its beginning', () => {
  it('holds again what all that ever happened makes, though the latest snapshot is damaged', async () => {
    await using recording = await Recording.begin({ log: house.log, clock, directory: directory.within('recording') })
    {
      await using _ = await fold()
      await trimmed()
    }
    damageNewest()
    house.empty()
    await using _ = await fold()
    await folded()
    const { users, items, sent } = await foldAfresh({ log: recording.log, dictionary })
    expect(await findDiffering(house.store, PARTITIONS, { users, items })).toEqual([])
    expect([sent, await recording.altered()]).toEqual([{ lost: 0, unexpected: 0 }, 0])
  })

  it('is judged by who read along alone: the log knows its beginning no more', async () => {
    await using _ = await fold()
    await trimmed()
    await expect(foldAfresh({ log: house.log, dictionary })).rejects.toThrow(OffsetOutOfRangeError)
    await expect(house.log.read({ topic: TOPICS.touches, partition: 0 }, 0, { records: 1 })).rejects.toThrow(OffsetOutOfRangeError)
  })
})
