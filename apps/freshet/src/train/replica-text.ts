import { trainer } from '@freshet/contracts/services'
import { count } from '../terminal'

type Replicas = readonly trainer.ReplicaStatus[]

/** How many of the replicas that a trainer was told of compute for it; nothing where it was told of none. */
export function replicaCount(replicas: Replicas): string[] {
  if (replicas.length === 0) return []
  const computing = replicas.filter(({ state }) => state === trainer.ReplicaState.REPLICA_STATE_COMPUTING)
  return [`${count(computing.length)} of ${count(replicas.length)} replica${replicas.length === 1 ? '' : 's'}`]
}

/** A line each for those that do not, and why. */
export const replicaComplaints = (replicas: Replicas): string[] =>
  replicas.flatMap(({ address, state, reason }) => {
    const word = WORD[state]
    return word === undefined ? [] : [`replica ${address} ${word}${reason === '' ? '' : `: ${reason}`}`]
  })

const WORD: Partial<Record<trainer.ReplicaState, string>> = {
  [trainer.ReplicaState.REPLICA_STATE_AWAY]: 'is away',
  [trainer.ReplicaState.REPLICA_STATE_REFUSED]: 'is refused',
}
