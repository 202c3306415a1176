import { mixedModel } from '../mixed-model.fixture'
import { FakeReplica } from './fake-replica.fixture'
import type { DialReplica } from './replica-line'

/** What a carrier's thread dials in a test: a replica in the same thread. */
export const dialFake = (): DialReplica => new FakeReplica(mixedModel().gradient).dial
