import { describeBounds, describeOddities } from './contract/bounds'
import { describeAtomicity, describeCommitting, describeOutbox } from './contract/committing'
import { describeKeeping, describeReading } from './contract/reading'
import { describeLineages } from './contract/lineages'
import type { OpenStore } from './contract/trial'

export type { OpenStore, StoreTrial } from './contract/trial'

/**
 * The law of the port: every adapter runs it, each sentence against the real engine.
 *
 * `describeOnlineStore('embedded', (t) => openEmbeddedStore({ directory: t.directory, partitions: t.partitions }))`
 */
export function describeOnlineStore(adapter: string, open: OpenStore): void {
  describe(`online store, ${adapter}: committing`, () => describeCommitting(open))
  describe(`online store, ${adapter}: lineages`, () => describeLineages(open))
  describe(`online store, ${adapter}: the outbox`, () => describeOutbox(open))
  describe(`online store, ${adapter}: atomicity`, () => describeAtomicity(open))
  describe(`online store, ${adapter}: bounds`, () => describeBounds(open))
  describe(`online store, ${adapter}: oddities`, () => describeOddities(open))
  describe(`online store, ${adapter}: reading`, () => describeReading(open))
  describe(`online store, ${adapter}: keeping`, () => describeKeeping(open))
}
