import { createServer } from 'node:net'
import { UnavailableError, type FreshetError } from '@freshet/kernel'
import { PortInUseError } from '../errors/errors'
import { systemCode } from '../errors/system-code'

/** Where to listen: `host:port`, and the setting that said so. */
export interface Listen {
  readonly address: string
  readonly setting: string
}

/**
 * Finds out whether all addresses can be listened on, before anything that would have to be undone.
 *
 * throws  PortInUseError naming the address and its setting
 */
export async function assertFree(listens: readonly Listen[]): Promise<void> {
  for (const listen of listens) {
    const { host, port } = placeOf(listen.address)
    if (listen.address === '' || port === 0) continue
    const server = createServer()
    try {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
    } catch (error) {
      throw bindError(listen, error)
    }
    await new Promise((resolve) => server.close(resolve))
  }
}

/** What it means that an address could not be bound. */
export const bindError = ({ address, setting }: Listen, error: unknown): FreshetError =>
  systemCode(error) === 'EADDRINUSE'
    ? new PortInUseError(address, setting)
    : new UnavailableError(address, `it cannot be listened on (${systemCode(error) ?? String(error)}); choose another by ${setting}`)

/** Host and port of `host:port`; a v6 host comes without its brackets. */
export function placeOf(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) }
}

/** The inverse of {@link placeOf}. */
export const addressOf = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`
