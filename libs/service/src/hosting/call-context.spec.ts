import { EventEmitter, once } from 'node:events'
import { Metadata } from '@grpc/grpc-js'
import { DeadlineExceededError } from '../errors/errors'
import { openCall, type AnyCall } from './call-context'

/** A call whose caller waits until a moment. */
function callOf(deadline: number | Date = Infinity): EventEmitter & AnyCall {
  return Object.assign(new EventEmitter(), { metadata: new Metadata(), getDeadline: () => deadline })
}

const failureOf = (ended: Promise<never>): Promise<unknown> => ended.catch((error: unknown) => error)

describe('the context of a call', () => {
  it('says until when the caller waits: as it was set, be it a number or a date', () => {
    for (const deadline of [5_000_000_000_000, new Date(5_000_000_000_000)]) {
      using open = openCall(callOf(deadline), 'Rank', 100)
      expect(open.context.deadlineMs).toBe(5_000_000_000_000)
    }
  })

  it('has the deadline of the service where the caller set none, and none for streams', () => {
    const before = Date.now()
    using open = openCall(callOf(), 'Rank', 60_000)
    expect(open.context.deadlineMs).toBeGreaterThanOrEqual(before + 60_000)
    expect(open.context.deadlineMs).toBeLessThanOrEqual(Date.now() + 60_000)
    using stream = openCall(callOf(), 'Follow')
    expect(stream.context.deadlineMs).toBe(Infinity)
  })

  it('ends at the service’s deadline, and tells the handler why', async () => {
    using open = openCall(callOf(), 'Rank', 1)
    const { signal } = open.context
    await once(signal, 'abort')
    const failure = await failureOf(open.ended)
    expect(failure).toBeInstanceOf(DeadlineExceededError)
    expect(failure).toBe(signal.reason)
    expect(failure).toMatchObject({ message: 'Rank did not answer within 1 ms; ask again, or allow it more time' })
  })

  it('ends when the caller goes, also past its deadline', async () => {
    const call = callOf(Date.now() - 1000)
    using open = openCall(call, 'Rank')
    call.emit('cancelled')
    expect(open.context.signal.aborted).toBe(true)
    expect(await failureOf(open.ended)).toMatchObject({ message: 'Rank did not answer within 0 ms; ask again, or allow it more time' })
  })

  it('lets go of the call and its timer when it is over', () => {
    const call = callOf()
    const open = openCall(call, 'Rank', 60_000)
    const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    open[Symbol.dispose]()
    expect(call.listenerCount('cancelled')).toBe(0)
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(timers - 1)
    call.emit('cancelled')
    expect(open.context.signal.aborted).toBe(false)
  })
})
