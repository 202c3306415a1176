import { systemClock } from '@freshet/kernel'
import { accessCluster } from './cluster'

describe('the connections of a log', () => {
  it('are none before one is needed, and close at once', async () => {
    const access = accessCluster({ brokers: ['127.0.0.1:1'], prefix: 'trial' }, { clock: systemClock, deadlineMs: 1000 })
    expect(process.getActiveResourcesInfo()).not.toContain('TCPSocketWrap')
    await access.close()
    expect(process.getActiveResourcesInfo()).not.toContain('TCPSocketWrap')
  })
})
