import type { Deadline, Metadata } from '@grpc/grpc-js'
import { DeadlineExceededError } from '../errors/errors'

/** What a handler may know of the call that it answers, beside the request. */
export interface CallContext {
  /** Aborts when the caller has gone or the deadline has passed: then nobody reads the answer. */
  readonly signal: AbortSignal
  readonly metadata: Metadata
  /** Milliseconds since 1970 at which the caller stops waiting; Infinity for streams that set none. */
  readonly deadlineMs: number
}

/** A call's context together with what ends it. */
export interface OpenCall extends Disposable {
  readonly context: CallContext
  /** Rejects when the caller has gone or the deadline has passed. */
  readonly ended: Promise<never>
}

/** What all kinds of call have in common. */
export interface AnyCall {
  readonly metadata: Metadata
  getDeadline(): Deadline
  on(event: 'cancelled', listener: () => void): unknown
  off(event: 'cancelled', listener: () => void): unknown
}

/** Follows a call from its start: its caller's deadline, else `deadlineMs` where one is given. */
export function openCall(call: AnyCall, method: string, deadlineMs = Infinity): OpenCall {
  const abort = new AbortController()
  const deadline = Number(call.getDeadline())
  const timer = deadline === Infinity && deadlineMs !== Infinity ? setTimeout(expire, deadlineMs) : undefined
  let end = (_: Error): void => undefined
  const ended = new Promise<never>((_, reject) => (end = reject))
  ended.catch(() => undefined)
  call.on('cancelled', cancel)
  return {
    context: { signal: abort.signal, metadata: call.metadata, deadlineMs: timer ? Date.now() + deadlineMs : deadline },
    ended,
    [Symbol.dispose]() {
      clearTimeout(timer)
      call.off('cancelled', cancel)
    },
  }

  function expire(): void {
    endWith(new DeadlineExceededError(method, deadlineMs))
  }

  function cancel(): void {
    endWith(new DeadlineExceededError(method, Math.max(0, deadline - Date.now())))
  }

  function endWith(error: Error): void {
    abort.abort(error)
    end(error)
  }
}
