import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { gibibytes, type Finding } from './finding'

/** What a machine gives to a process. */
export interface Machine {
  /** As Node spells it: v20.19.0. */
  readonly node: string
  readonly cores: number
  /** How many of them a container may keep busy; undefined where nothing says so. */
  readonly coresMax?: number
  readonly memoryBytes: number
  /** How much of it a container may have; undefined where nothing says so. */
  readonly memoryBytesMax?: number
  /** What is free of it now. */
  readonly availableBytes: number
}

/** The oldest Node that the workspace is tested with: `engines` of its package.json. */
export const NODE_MIN = '20.19.0'
const CORES_MIN = 2 // one learns while the other answers
const MEMORY = { least: 2 ** 30, good: 2 * 2 ** 30 } // the five services, empty, take a third of one; tables and indexes grow beside that

/** This one. */
export function readMachine(): Machine {
  const [memoryBytes, limit] = [totalmem(), process.constrainedMemory()]
  return {
    node: process.version,
    cores: availableParallelism(),
    coresMax: coresMaxIn(textOf('/sys/fs/cgroup/cpu.max')),
    memoryBytes,
    memoryBytesMax: limit > 0 && limit < memoryBytes ? limit : undefined,
    availableBytes: process.availableMemory(),
  }
}

/** What a newcomer should know of a machine. */
export const machineFindings = (machine: Machine): Finding[] => [nodeFinding(machine), coresFinding(machine), memoryFinding(machine)]

/** The cores that `cpu.max` of a control group allows: "200000 100000" is 2, "max 100000" all. */
export function coresMaxIn(text: string): number | undefined {
  const [quota, period] = text.trim().split(' ').map(Number)
  return quota > 0 && period > 0 ? quota / period : undefined
}

function nodeFinding({ node }: Machine): Finding {
  const says = `${node}, and ${NODE_MIN} or newer is needed`
  if (isAtLeast(node.slice(1), NODE_MIN)) return { check: 'Node', state: 'good', says }
  return { check: 'Node', state: 'wrong', says, remedy: 'install a newer one: https://nodejs.org' }
}

function coresFinding({ cores, coresMax }: Machine): Finding {
  const usable = Math.min(cores, coresMax ?? cores)
  const says = `${usable} of ${cores} cores may be used`
  if (usable >= CORES_MIN) return { check: 'processor', state: 'good', says }
  return { check: 'processor', state: 'odd', says, remedy: 'give it two: answers wait while steps are learned' }
}

function memoryFinding({ memoryBytes, memoryBytesMax, availableBytes }: Machine): Finding {
  const check = 'memory'
  const says = `${gibibytes(memoryBytesMax ?? memoryBytes)}${memoryBytesMax === undefined ? '' : ', by a limit'}, ${gibibytes(availableBytes)} of it free`
  if (availableBytes >= MEMORY.good) return { check, state: 'good', says }
  const remedy = `free some, or raise the limit: ${gibibytes(MEMORY.good)} are room for a first data set`
  return { check, state: availableBytes < MEMORY.least ? 'wrong' : 'odd', says, remedy }
}

/** Whether one version, in numbers and dots, is another or a newer one. */
function isAtLeast(version: string, least: string): boolean {
  const [ours, theirs] = [version, least].map((text) => text.split('.').map((part) => parseInt(part, 10)))
  const different = theirs.findIndex((part, i) => ours[i] !== part)
  return different < 0 || ours[different] > theirs[different]
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // no Linux, or no control groups
  }
}
