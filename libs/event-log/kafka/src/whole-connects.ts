import Broker from 'kafkajs/src/broker'

/**
 * Lets a connection to a broker that was begun and not finished be made anew, by one attempt for all who ask.
 *
 * kafkajs 2.2.4 counts a broker as connected once its socket is, before the two have said what they speak. Where the broker stands still just then,
 * the attempt fails, the socket stays, and each later request fails with `Broker not connected`: beside a broker that was halted while a service
 * started, or while one looked for it, that service would have waited for as long as brokers keep idle sockets, ten minutes, after the halt was over.
 */
export function finishConnects(): void {
  const brokers = Broker.prototype
  if (finished.has(brokers)) return
  finished.add(brokers)
  const begin = brokers.connect
  brokers.connect = function (this: Broker): Promise<void> {
    const underWay = attempts.get(this)
    if (underWay) return underWay
    const attempt = begin
      .call(this)
      .catch(async (error: unknown) => {
        if (this.isConnected()) await this.disconnect()
        throw error
      })
      .finally(() => attempts.delete(this))
    attempts.set(this, attempt)
    return attempt
  }
}

const finished = new WeakSet<object>()
const attempts = new WeakMap<Broker, Promise<void>>()
