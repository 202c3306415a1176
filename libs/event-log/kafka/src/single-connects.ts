import Connection from 'kafkajs/src/network/connection'

/**
 * Lets requests that find a connection of kafkajs broken share the one attempt to make it anew.
 *
 * kafkajs 2.2.4 begins an attempt for each of them, and the connection keeps the last socket only. The others stay open, unknown to anybody: a
 * trainer whose connection was cut kept seven, and its thread could not end for them; and when a broker closes an idle one, kafkajs takes the
 * healthy one for closed.
 */
export function shareConnects(): void {
  const connections = Connection.prototype
  if (shared.has(connections)) return
  shared.add(connections)
  const begin = connections.connect
  connections.connect = function (this: Connection): Promise<boolean> {
    const underWay = attempts.get(this)
    if (underWay) return underWay
    const attempt = begin.call(this).finally(() => attempts.delete(this))
    attempts.set(this, attempt)
    return attempt
  }
}

const shared = new WeakSet<object>()
const attempts = new WeakMap<Connection, Promise<boolean>>()
