import { trainer } from '@freshet/contracts/services'
import { replicaComplaints, replicaCount } from './replica-text'

const { REPLICA_STATE_AWAY, REPLICA_STATE_COMPUTING, REPLICA_STATE_JOINING, REPLICA_STATE_REFUSED } = trainer.ReplicaState
const replica = (address: string, state: trainer.ReplicaState, reason = ''): trainer.ReplicaStatus => ({ address, state, reason })

describe('what is said of replicas', () => {
  it('is nothing where there are none', () => expect([replicaCount([]), replicaComplaints([])]).toEqual([[], []]))

  it('is how many compute, of how many', () => {
    expect(replicaCount([replica('one:1', REPLICA_STATE_JOINING)])).toEqual(['0 of 1 replica'])
    expect(replicaCount([replica('one:1', REPLICA_STATE_COMPUTING), replica('two:2', REPLICA_STATE_AWAY)])).toEqual(['1 of 2 replicas'])
  })

  it('is who does not, and why', () => {
    const replicas = [
      replica('one:1', REPLICA_STATE_COMPUTING),
      replica('two:2', REPLICA_STATE_AWAY),
      replica('three:3', REPLICA_STATE_REFUSED, 'another graph'),
      replica('four:4', REPLICA_STATE_JOINING),
    ]
    expect(replicaComplaints(replicas)).toEqual(['replica two:2 is away', 'replica three:3 is refused: another graph'])
  })
})
