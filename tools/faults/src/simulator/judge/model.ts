import type { EventLog, Partition } from '@freshet/event-log'
import { EMPTY_SHELF, type LineOptions, replayTwin, type VersionFacts, type VersionShelf } from '@freshet/training'
import type { House } from '../house'
import type { LogServer } from '../log-server'
import { lineTools } from '../line-tools'
import type { Learned } from './learned'

/** The SHA-256 of a trainer's state, and after which step it is that. */
export interface Digest {
  readonly step: number
  readonly digest: string
}

/** A house, and what is to have been learned in it. */
export interface JudgedModel {
  readonly house: House
  readonly learned: Learned
}

/**
 * Owner and follower have the state of a twin that executed the journal from its first record on, and one from the oldest version that
 * is kept has it too; each result's chain is the twin's; each example that counts has been learned from once.
 */
export async function judgeModel({ house, learned: { count: expected } }: JudgedModel, digests: readonly Digest[]): Promise<void> {
  let learned = 0
  const twin = await replayTwin({
    ...lineOf(house, EMPTY_SHELF),
    onStep: (_, __, metrics) => (learned = metrics.read().examples),
  })
  if (learned !== expected) house.violate(`${learned} examples were learned from, and ${expected} count`)
  for (const { step, digest } of digests) {
    if (digest === twin.digest && step === twin.step) continue
    house.violate(`a trainer has ${digest} after step ${step}, the twin ${twin.digest} after step ${twin.step}`)
  }
  await judgeVersions(house, twin.digest)
}

async function judgeVersions(house: House, digest: string): Promise<void> {
  const oldest = house.shelf.list().find((version) => !isAstray(house, version))
  if (oldest === undefined) return
  const shelf: VersionShelf = {
    ...EMPTY_SHELF,
    list: () => Promise.resolve([oldest]),
    load: (name) => Promise.resolve(house.shelf.load(name)),
  }
  const second = await replayTwin(lineOf(house, shelf))
  if (second.digest !== digest) house.violate(`from ${oldest.name} a twin comes to ${second.digest}, from the beginning to ${digest}`)
}

/** Made by who survived a cut that was void by the time others had read of it: who opens that finds so, and opens one from before it. */
const isAstray = ({ journal }: House, { step, journalOffset }: VersionFacts): boolean =>
  [...journal.voided].some(([voided, offset]) => voided <= step && journalOffset <= offset)

const lineOf = (house: House, shelf: VersionShelf): LineOptions => ({
  ...lineTools({ hasChanges: house.hasChanges }),
  ...{ id: 'the twin', log: allOf(house.log), shelf },
})

/** The log as the judge sees it: at once, and with everything that was ever trimmed. */
function allOf(server: LogServer): EventLog {
  const records = (of: Partition) => server.shelf(of).records
  const refuse = (): never => {
    throw new TypeError('a twin writes nothing')
  }
  return {
    partitions: (topic) => server.partitions(topic),
    read: async (of, from, limit) => records(of).slice(from, from + limit.records),
    next: async (of) => records(of).length,
    first: async () => 0,
    ...{ append: refuse, appendIf: refuse, grown: refuse, trim: refuse, join: refuse, reported: refuse },
    [Symbol.asyncDispose]: async () => {},
  }
}
