import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerWritableStream,
} from '@grpc/grpc-js'
import { firstValueFrom, isObservable } from 'rxjs'
import { statusOf } from '../errors/error-details'
import { openCall, type CallContext } from './call-context'

/** A controller's method behind Nest's guards, pipes, interceptors and filters. */
export type Invoke = (requestOrCall: unknown, context: CallContext) => Promise<unknown>

/** What all adapters of one method share. */
export interface MethodHost {
  readonly method: string
  readonly invoke: Invoke
  /** For unary calls whose caller set no deadline. */
  readonly deadlineMs: number
  /** Aborts when the process drains: no more requests are read then, and streams end with the answers to those that were. */
  readonly drain: AbortSignal
  /** Told of every failure, before it is reduced to what a caller may know. */
  readonly onError: (method: string, error: unknown) => void
}

/** One request, one answer. */
export const unary =
  ({ method, invoke, deadlineMs, onError }: MethodHost): handleUnaryCall<unknown, unknown> =>
  async (call, callback) => {
    using open = openCall(call, method, deadlineMs)
    try {
      callback(null, await Promise.race([settle(invoke(taken(call.request), open.context)), open.ended]))
    } catch (error) {
      onError(method, error)
      callback(statusOf(error))
    }
  }

/** One request, an AsyncIterable of answers: the next is asked for when the caller has room for it. */
export const serverStream =
  ({ method, invoke, onError }: MethodHost): handleServerStreamingCall<unknown, unknown> =>
  async (call) => {
    using open = openCall(call, method)
    try {
      await pump(await settle(invoke(taken(call.request), open.context)), call, open.context.signal)
      call.end()
    } catch (error) {
      fail(call, method, { error, onError })
    }
  }

/**
 * A call in both directions: the handler reads it by `for await`, and either returns an AsyncIterable of answers, or writes
 * and ends the call itself.
 */
export const bidirectional =
  ({ method, invoke, drain, onError }: MethodHost): handleBidiStreamingCall<unknown, unknown> =>
  async (call) => {
    using open = openCall(call, method)
    try {
      const answers = await settle(invoke(readable(call, drain), open.context))
      if (!isAsyncIterable(answers)) return
      await pump(answers, call, open.context.signal)
      call.end()
    } catch (error) {
      fail(call, method, { error, onError })
    }
  }

type Writable = ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>

/** A message that could not be taken came as its error (`withBoundedRequests`). */
function taken(message: unknown): unknown {
  if (message instanceof Error) throw message
  return message
}

/**
 * Reading a Node stream to its end destroys it, its writing half included: here the end of the requests is no end of the answers.
 * Requests end when the caller ends them, or when the process drains: what was not read then is not answered, and is sent again elsewhere.
 */
function readable(call: ServerDuplexStream<unknown, unknown>, drain: AbortSignal): ServerDuplexStream<unknown, unknown> {
  const requests = async function* (): AsyncGenerator {
    const messages = call.iterator({ destroyOnReturn: false })
    let stop = (): void => undefined
    const onDrain = (): void => stop()
    drain.addEventListener('abort', onDrain)
    try {
      for (;;) {
        const next = await new Promise<IteratorResult<unknown, undefined>>((resolve, reject) => {
          stop = () => resolve({ done: true, value: undefined })
          if (drain.aborted) stop()
          else messages.next().then(resolve as (next: IteratorResult<unknown>) => void, reject)
        })
        if (next.done) return
        yield taken(next.value)
      }
    } finally {
      drain.removeEventListener('abort', onDrain)
    }
  }
  return Object.defineProperty(call, Symbol.asyncIterator, { value: requests })
}

/** Nest's filters answer with an Observable that fails; interceptors may wrap a value in one. */
export async function settle(result: Promise<unknown>): Promise<unknown> {
  const value = await result
  return isObservable(value) ? firstValueFrom(value) : value
}

async function pump(answers: unknown, call: Writable, signal: AbortSignal): Promise<void> {
  if (!isAsyncIterable(answers)) return
  for await (const answer of answers) {
    if (signal.aborted) return
    if (!call.write(answer)) await room(call, signal)
  }
}

/** Resolves when the caller has read enough to be sent more, or has gone. */
function room(call: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    call.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
  })
}

function fail(
  call: Writable,
  method: string,
  { error, onError }: { readonly error: unknown; readonly onError: MethodHost['onError'] },
): void {
  if (call.cancelled) return
  onError(method, error)
  call.emit('error', statusOf(error))
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value
