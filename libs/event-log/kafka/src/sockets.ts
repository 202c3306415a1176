import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ISocketFactory } from 'kafkajs'
import { UnavailableError } from '@freshet/kernel'

/** The sockets of one log. kafkajs asks for them, and forgets some; here all are known, so that a closed log leaves none behind. */
export class Sockets {
  private readonly open = new Set<Socket>()

  constructor(private readonly make: ISocketFactory = makeSocket) {}

  /** What kafkajs is given. */
  readonly factory: ISocketFactory = (args) => {
    const socket = this.make(args)
    this.open.add(socket)
    return socket.once('close', () => {
      this.open.delete(socket)
      socket.unref = () => socket // kafkajs lets go of a lost one at each attempt to replace it, and each time would leave a listener behind
    })
  }

  /** How many are open. */
  get size(): number {
    return this.open.size
  }

  /**
   * Ends all of them at once: a broker that stands still would answer no farewell, and a socket that is open keeps its thread. As errors, which kafkajs
   * listens to: it has a timer for each connection, and a socket that just ends would leave that running.
   */
  destroy(): void {
    for (const socket of this.open) socket.destroy(new UnavailableError('the log', 'it was closed; open it again'))
  }
}

const KEEP_ALIVE_MS = 60_000

/** As kafkajs makes them by itself, but prompt; where no TLS was asked for, `ssl` is null or undefined. */
const makeSocket: ISocketFactory = ({ host, port, onConnect, ...rest }) => {
  const ssl: typeof rest.ssl | null | undefined = rest.ssl
  const names = isIP(host) === 0 ? { servername: host } : {}
  const socket = ssl ? connectTls({ host, port, ...names, ...ssl }, onConnect) : connect({ host, port }, onConnect)
  return socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true) // requests follow upon each other: none waits for the answer to another
}
