import { createServer, connect, type Server, type Socket } from 'node:net'
import { once } from 'node:events'

/** A relay before a server of this machine, by which a test cuts connections. */
export interface CutProxy extends AsyncDisposable {
  readonly port: number
  /** From now on, or until {@link restore}: requests go through, answers do not. */
  muteAnswers(): void
  /** Resolves once a muted server has answered: what it was asked has been done, and nobody was told. */
  answered(): Promise<void>
  /** Ends all connections; new ones are taken. */
  cut(): void
  /** Lets answers through again, on connections made from now on. */
  restore(): void
}

/**
 * Relays `port` (default: a free one) to `to`, both on the loopback.
 *
 * `await using proxy = await startCutProxy({ to: broker.port })`
 */
export async function startCutProxy({ to, port = 0 }: { readonly to: number; readonly port?: number }): Promise<CutProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let isMute = false
  let heard = (): void => undefined
  const server: Server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1')
    const pair = [client, upstream] as const
    pairs.add(pair)
    client.pipe(upstream)
    upstream.on('data', (bytes) => {
      if (isMute) heard()
      else client.write(bytes)
    })
    for (const socket of pair)
      socket
        .on('error', () => {})
        .on('close', () => {
          pairs.delete(pair)
          client.destroy()
          upstream.destroy()
        })
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const cut = (): void => {
    for (const [client, upstream] of pairs) {
      client.destroy()
      upstream.destroy()
    }
  }
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    muteAnswers: () => (isMute = true),
    answered: () => new Promise((resolve) => (heard = resolve)),
    cut,
    restore: () => (isMute = false),
    async [Symbol.asyncDispose]() {
      cut()
      await once(server.close(), 'close')
    },
  }
}
