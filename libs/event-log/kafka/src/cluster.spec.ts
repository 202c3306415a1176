import { getMaxListeners } from 'node:events'
import { systemClock } from '@freshet/kernel'
import { accessCluster } from './cluster'

const OPTIONS = { brokers: ['127.0.0.1:1'], prefix: 'trial' }
const SCOPE = { clock: systemClock, deadlineMs: 1000 }

describe('the connections of a log', () => {
  it('are none before one is needed, and close at once', async () => {
    const access = accessCluster(OPTIONS, SCOPE)
    expect(process.getActiveResourcesInfo()).not.toContain('TCPSocketWrap')
    await access.close()
  })

  it('let as many requests as there are partitions wait for brokers, without a word of warning', async () => {
    const { closed, close } = accessCluster(OPTIONS, SCOPE)
    expect(getMaxListeners(closed.signal)).toBe(0)
    await close()
  })
})
