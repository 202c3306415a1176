import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup'
import { UnavailableError } from '@freshet/kernel'

/**
 * Has a member whose joining failed on the way join once more, before it counts as one.
 *
 * Where a connection ends in the middle of a join, kafkajs 2.2.4 goes on fetching as if it had joined. A member that the group had forgotten, such as a process that stood
 * still for longer than its session, has no id by then, sends no heartbeats for want of one, and so never hears that it is no member any more: it keeps
 * its partitions, and no other way of dividing them ever reaches it. And where only the answer to the last request was lost, the group counts on the
 * member, which does not know its share. So a heartbeat of such a member fails as during a rebalance, upon which kafkajs joins anew.
 */
export function steadyJoins(): void {
  const groups = ConsumerGroup.prototype
  if (steadied.has(groups)) return
  steadied.add(groups)
  const { joinAndSync, heartbeat } = groups
  groups.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
    joining.add(this)
    await joinAndSync.call(this)
    joining.delete(this)
  }
  groups.heartbeat = async function (this: ConsumerGroup, options): Promise<void> {
    if (joining.has(this)) throw new JoinCutShortError()
    await heartbeat.call(this, options)
  }
}

/** A join that failed on the way; kafkajs takes it, by its type, for a rebalance. */
class JoinCutShortError extends UnavailableError {
  readonly type = 'REBALANCE_IN_PROGRESS'

  constructor() {
    super('the group', 'its last join was cut short; join again')
  }
}

const steadied = new WeakSet<object>()
const joining = new WeakSet<ConsumerGroup>()
