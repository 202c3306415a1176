import RequestQueue from 'kafkajs/src/network/requestQueue'

/**
 * Keeps kafkajs's connections at rest while nothing waits to be sent over them.
 *
 * kafkajs 2.2.4 sets a timer after each answer to look for requests that wait, and after each look another, of one millisecond: each
 * connection wakes the process a thousand times a second for nothing (a log at rest took 4 % of a core, and takes 0.2 % so). The look is
 * needed only while something waits; what is added later sets its own timer.
 */
export function quietQueues(): void {
  const queues = RequestQueue.prototype
  if (quieted.has(queues)) return
  quieted.add(queues)
  const schedule = queues.scheduleCheckPendingRequests
  queues.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this)
  }
}

const quieted = new WeakSet<object>()
