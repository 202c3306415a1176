import { describeAppending, describeRefusing } from './contract/appending'
import { describeContending, describeLosing } from './contract/contending'
import { describeGrowing } from './contract/growing'
import { describeKeeping, describeReading } from './contract/reading'
import { describeSharing } from './contract/sharing'
import type { OpenLog } from './contract/trial'

export type { OpenLog, Trial } from './contract/trial'

/**
 * The law of the port: every adapter runs it, each sentence against the real engine.
 *
 * `describeEventLog('embedded', (t) => openEmbeddedLog({ directory: t.directory, partitions: t.partitions }))`
 */
export function describeEventLog(adapter: string, open: OpenLog): void {
  describe(`event log, ${adapter}: appending`, () => describeAppending(open))
  describe(`event log, ${adapter}: contending`, () => describeContending(open))
  describe(`event log, ${adapter}: losing a race`, () => describeLosing(open))
  describe(`event log, ${adapter}: refusing`, () => describeRefusing(open))
  describe(`event log, ${adapter}: reading`, () => describeReading(open))
  describe(`event log, ${adapter}: keeping`, () => describeKeeping(open))
  describe(`event log, ${adapter}: growing`, () => describeGrowing(open))
  describe(`event log, ${adapter}: sharing`, () => describeSharing(open))
}
