import {
  credentials,
  Metadata,
  type CallOptions,
  type ChannelCredentials,
  type Client,
  type ClientOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js'
import { remoteError } from '../errors/error-details'

/** A client's class, as the contracts generate it. */
export type ClientClass<C extends Client> = new (address: string, credentials: ChannelCredentials, options?: Partial<ClientOptions>) => C

/** How long a caller waits, and what makes it stop waiting. */
export interface CallBounds {
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

type UnaryMethod<Q, A> = (
  request: Q,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, answer: A) => void,
) => ClientUnaryCall
type StreamMethod<Q, A> = (request: Q, metadata?: Metadata, options?: Partial<CallOptions>) => ClientReadableStream<A>

/** The request of a client's method. */
export type RequestOf<F> = F extends StreamMethod<infer Q, unknown> ? Q : F extends UnaryMethod<infer Q, unknown> ? Q : never
/** The answer of a client's method. */
export type AnswerOf<F> = F extends StreamMethod<never, infer A> ? A : F extends UnaryMethod<never, infer A> ? A : never

/** The names of a client's methods that have one request and one answer. */
export type UnaryName<C> = Exclude<
  { [K in keyof C]: C[K] extends UnaryMethod<never, unknown> ? K : never }[keyof C] & string,
  StreamName<C>
>
/** The names of a client's methods that answer one request with a stream. */
export type StreamName<C> = { [K in keyof C]: C[K] extends StreamMethod<never, unknown> ? K : never }[keyof C] & string

/** A client of the service at an address; it connects when first used and reconnects by itself. Close it by `client.close()`. */
export const connect = <C extends Client>(Class: ClientClass<C>, address: string): C =>
  new Class(address, credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.max_receive_message_length': RECEIVE_BYTES_MAX,
  })

/**
 * One request, one answer.
 *
 * throws  RemoteError with the code that the server meant; UNAVAILABLE where nobody listens
 */
export function call<C extends Client, K extends UnaryName<C>>(
  client: C,
  method: K,
  ...[request, bounds]: [RequestOf<C[K]>, CallBounds?]
): Promise<AnswerOf<C[K]>> {
  return new Promise((resolve, reject) => {
    const invoke = (client[method] as UnaryMethod<RequestOf<C[K]>, AnswerOf<C[K]>>).bind(client)
    const running = invoke(request, new Metadata(), { deadline: Date.now() + (bounds?.deadlineMs ?? DEADLINE_MS) }, (error, answer) => {
      bounds?.signal?.removeEventListener('abort', cancel)
      if (error) reject(remoteError(method, error, addressOf(client)))
      else resolve(answer)
    })
    const cancel = (): void => running.cancel()
    bounds?.signal?.addEventListener('abort', cancel, { once: true })
    if (bounds?.signal?.aborted) cancel()
  })
}

/**
 * One request, answers as they come; leaving the loop cancels the call.
 *
 * throws  RemoteError as {@link call} does
 */
export async function* stream<C extends Client, K extends StreamName<C>>(
  client: C,
  method: K,
  ...[request, bounds]: [RequestOf<C[K]>, CallBounds?]
): AsyncGenerator<AnswerOf<C[K]>> {
  const invoke = (client[method] as StreamMethod<RequestOf<C[K]>, AnswerOf<C[K]>>).bind(client)
  const options = bounds?.deadlineMs === undefined ? {} : { deadline: Date.now() + bounds.deadlineMs }
  const running = invoke(request, new Metadata(), options)
  const cancel = (): void => running.cancel()
  bounds?.signal?.addEventListener('abort', cancel, { once: true })
  if (bounds?.signal?.aborted) cancel()
  try {
    for await (const answer of running) yield answer as AnswerOf<C[K]>
  } catch (error) {
    throw remoteError(method, error as ServiceError, addressOf(client))
  } finally {
    bounds?.signal?.removeEventListener('abort', cancel)
    running.cancel()
  }
}

/** Where a client's requests go. */
const addressOf = (client: Client): string => client.getChannel().getTarget().replace(/^dns:/, '')

const DEADLINE_MS = 10_000
const RECEIVE_BYTES_MAX = 16 << 20 // an answer of 500 explained items is below 1 MiB; a chunk of a version is 1 MiB
