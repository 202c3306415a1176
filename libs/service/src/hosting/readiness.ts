/**
 * Whether a process has become what it is started for: what probes of the whole process are told, `/healthz` and the gRPC health of ''.
 * Each of its services answers, and is healthy under its own name, as soon as it listens.
 */
export interface Readiness {
  readonly isReady: boolean
  /** Resolves when it is declared. */
  readonly reached: Promise<void>
  declare(): void
}

/** Of a process that is not ready yet. */
export function openReadiness(): Readiness {
  let isReady = false
  let resolve = (): void => undefined
  const reached = new Promise<void>((done) => (resolve = done))
  return {
    get isReady() {
      return isReady
    },
    reached,
    declare() {
      isReady = true
      resolve()
    },
  }
}
