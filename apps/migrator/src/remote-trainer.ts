import { TrainerClient, trainer } from '@freshet/contracts/services'
import type { MovableTrainer, TrainerStanding } from '@freshet/migration'
import { call, connect } from '@freshet/service'

/** A trainer behind its gRPC address; disposing of it closes the connection. */
export interface RemoteTrainer extends MovableTrainer, Disposable {}

const QUICK_MS = 30_000 // a trainer answers between two steps; on a busy machine that may take seconds, and is no reason to give up
const TRANSFER_MS = 600_000 // a version streams at hundreds of MiB a second, and a move has time

/** Connects to the trainer at `address`; every call ends when `signal` aborts. */
export function remoteTrainer(address: string, signal: AbortSignal): RemoteTrainer {
  const client = connect(TrainerClient, address)
  return {
    address,
    status: async () => standing(await call(client, 'getStatus', {}, { deadlineMs: QUICK_MS, signal })),
    follow: (sourceAddress) => call(client, 'follow', { sourceAddress }, { deadlineMs: TRANSFER_MS, signal }),
    audit: (step) => call(client, 'audit', { step }, { deadlineMs: TRANSFER_MS, signal }),
    grant: (to) => call(client, 'grant', { to, lagStepsMax: 0 }, { deadlineMs: QUICK_MS, signal }),
    [Symbol.dispose]: () => client.close(),
  }
}

const ROLES: Readonly<Record<number, TrainerStanding['role']>> = {
  [trainer.TrainerRole.TRAINER_ROLE_OWNER]: 'owner',
  [trainer.TrainerRole.TRAINER_ROLE_FOLLOWER]: 'follower',
}

const standing = ({ trainerId, role, epoch, owner, step }: trainer.GetStatusResponse): TrainerStanding => ({
  id: trainerId,
  role: ROLES[role] ?? 'starting',
  epoch,
  owner,
  step,
})
