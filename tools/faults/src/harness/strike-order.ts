import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Crossing } from '@freshet/kernel'

/** The environment variable that tells a process in which file orders for it will lie. */
export const ORDER_VARIABLE = 'FAULTS_ORDER'

/** What a process does to itself, and at which moment. */
export interface StrikeOrder {
  readonly crossing: Crossing
  /** How often it comes to the crossing, and goes on, before the time that counts. */
  readonly passes: number
  readonly signal: 'SIGKILL' | 'SIGSTOP'
}

/** An order on disk: whole, or not there. */
interface StoredOrder extends StrikeOrder {
  /** Tells one order from the next of the same words. */
  readonly number: number
}

/** What a striker does when the time has come; a test watches instead. */
export type Strike = (signal: StrikeOrder['signal']) => void

/** Gives an order: it takes effect from the next crossing on. An earlier one that was not carried out is void. */
export function order(file: string, { crossing, passes, signal }: StrikeOrder): void {
  rmSync(struckOf(file), { force: true })
  const draft = `${file}.draft`
  writeFileSync(draft, JSON.stringify({ crossing, passes, signal, number: ++orders } satisfies StoredOrder))
  renameSync(draft, file)
}

/** Takes an order back; false where it has been carried out already. */
export function recall(file: string): boolean {
  rmSync(file, { force: true })
  return !isStruck(file)
}

/** True once the process has taken the order up: from then on it is dead, or stands still. */
export const isStruck = (file: string): boolean => existsSync(struckOf(file))

/**
 * Listens to crossings on behalf of the orders in a file.
 *
 * Each thread of a process has a striker; the rename by which one takes an order up is the strike's only claim, so that a
 * process is struck once. Nothing is kept when the process goes on from a stop: the order is gone.
 */
export function createStriker(file: string, strike: Strike): (crossing: Crossing) => void {
  let current: StoredOrder | undefined
  let passed = 0
  return (crossing) => {
    const found = readOrder(file)
    if (!found || found.crossing !== crossing) return
    if (found.number !== current?.number) [current, passed] = [found, 0]
    if (passed++ < found.passes || !claim(file)) return
    strike(found.signal)
  }
}

let orders = 0

const struckOf = (file: string): string => `${file}.struck`

function readOrder(file: string): StoredOrder | undefined {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredOrder) : undefined
  } catch (error) {
    return ignoreGone(error)
  }
}

function claim(file: string): boolean {
  try {
    renameSync(file, struckOf(file))
    return true
  } catch (error) {
    return ignoreGone(error) ?? false
  }
}

/** Another thread, or the one who gave the order, was faster. */
function ignoreGone(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
