import type { Runtime } from '@freshet/service'

/** Says in the process's own log what cannot be read now, and is tried again. */
export const reporter =
  ({ logger }: Pick<Runtime, 'logger'>, what: string): ((error: unknown) => void) =>
  (error) =>
    logger.warn({ err: error }, `${what} cannot be read; trying again`)

/** A version that cannot be read is no trouble of the journal: answers begin at another one, or wait for the next. */
export function journalReporter(runtime: Pick<Runtime, 'logger'>): (error: unknown, version?: string) => void {
  const report = reporter(runtime, 'the journal')
  return (error, version) => {
    if (version === undefined) report(error)
    else runtime.logger.warn({ err: error, version }, 'a version cannot be read, and is passed over')
  }
}
