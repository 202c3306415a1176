import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Where the ids of processes mean what they mean here: the machine, and of it the container, since each may count its processes by itself. */
export function processSpace(namespace = pidNamespace): string {
  const own = namespace()
  return own === undefined ? hostname() : `${hostname()} ${own}`
}

/** Of this process, as Linux names it; nothing elsewhere. Source: pid_namespaces(7). */
function pidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}
