import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PreconditionError } from '@freshet/kernel'

/** A directory that one process at a time runs brokers on. */
export interface Claim extends Disposable {
  /** Tells those who come later what the brokers are used by. */
  tell(settings: string): void
}

/**
 * Claims a directory of brokers. Redis would let two servers write one file, and Kafka says so only in its log.
 *
 * throws  PreconditionError naming the process that has it, and how its brokers are used
 */
export function claim(directory: string): Claim {
  const file = join(directory, 'running')
  mkdirSync(directory, { recursive: true })
  const [pid, settings] = readOr(file, '').split('\n')
  if (isAlive(Number(pid)))
    throw new PreconditionError(
      `Kafka and Redis run already on ${directory}, in process ${pid}${settings ? `: npx freshet up ${settings}` : ', which starts them'}`,
      `use those, or end that process (delete ${file} where it is another program)`,
    )
  const write = (words: string): void => writeFileSync(file, `${process.pid}\n${words}`)
  write('')
  return { tell: write, [Symbol.dispose]: () => rmSync(file, { force: true }) }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}

/** Of another process: ourselves may have the number of one that is long gone. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
