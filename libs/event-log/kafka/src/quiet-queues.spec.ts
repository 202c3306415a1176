import RequestQueue from 'kafkajs/src/network/requestQueue'
import { quietQueues } from './quiet-queues'

describe('a connection of kafkajs', () => {
  beforeAll(quietQueues)

  it('sets no timer after an answer while nothing waits to be sent', () => {
    const timers = jest.spyOn(globalThis, 'setTimeout')
    RequestQueue.prototype.scheduleCheckPendingRequests.call({ pending: [], throttledUntil: -1 })
    expect(timers).not.toHaveBeenCalled()
  })

  it('still looks after what waits, however often it was quieted', () => {
    quietQueues()
    const timers = jest.spyOn(globalThis, 'setTimeout').mockReturnThis()
    RequestQueue.prototype.scheduleCheckPendingRequests.call({ pending: ['a request'], throttledUntil: -1 })
    expect(timers).toHaveBeenCalledTimes(1)
    timers.mockRestore()
  })
})
