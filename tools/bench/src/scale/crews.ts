import { setImmediate, setTimeout } from 'node:timers/promises'
import type { SharedEngine } from '@freshet/learner'
import { carrierTo } from '@freshet/trainer-service/replica'
import type { RemoteReplica } from './remote-replica'

/** Who is there: told before each step. */
export interface Crew {
  readonly name: string
  before(engine: Pick<SharedEngine, 'crew'>, step: number): Promise<void>
  /** Whether what was to be shown was there at all; shown unless a crew says otherwise. */
  readonly isShown?: () => boolean
}

/** Threads of this process. */
export const THREADS: readonly Crew[] = [
  { name: 'one worker', before: async () => undefined },
  { name: 'two workers', before: ({ crew }) => crew.scaleTo(2) },
  { name: 'four workers', before: ({ crew }) => crew.scaleTo(4) },
  { name: 'joins and leaves under way', before: async ({ crew }, step) => void crew.scaleTo(1 + ((step * 7) % 4)) },
  {
    name: 'kills under way',
    async before({ crew }, step) {
      if (crew.size < 3) await crew.scaleTo(3)
      void setImmediate().then(() => crew.kill(crew.workers[step % crew.workers.length])) // somewhere in the step that follows
    },
  },
]

/** When a remote replica is killed and started again, and how long a step waits for it to be admitted. */
export interface RemoteSchedule {
  readonly killedAt: number
  readonly startedAt: number
  readonly patienceMs: number
}

/** The owner beside one replica on the loopback: it is killed in the midst of the work, and comes again. */
export function withReplica(replica: RemoteReplica, graphHash: string, { killedAt, startedAt, patienceMs }: RemoteSchedule): Crew {
  let admissions = 0
  let isThere = false
  const onNotice = ({ kind }: { kind: string }): void => {
    isThere = kind === 'admitted'
    if (isThere) admissions++
  }
  return {
    name: 'a remote replica that is killed and comes again',
    async before({ crew }, step) {
      if (step === 0) {
        await replica.start()
        await crew.invite(carrierTo({ address: replica.address, graphHash, onNotice }))
      }
      if (step === killedAt) void setImmediate().then(() => replica.kill())
      if (step === startedAt) await replica.start()
      if (!isThere && (step < killedAt || step >= startedAt)) await setTimeout(patienceMs)
    },
    isShown: () => admissions >= 2,
  }
}
