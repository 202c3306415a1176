import {
  ResponderBuilder,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type ServerInterceptor,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { InvalidFieldError, type Clock } from '@freshet/kernel'
import { statusOf } from '../errors/error-details'
import { MessageTooLargeError } from '../errors/errors'
import type { InFlight } from './in-flight'
import type { Telemetry } from '../telemetry/telemetry'

/** The same service, whose requests are bounded: what cannot be taken arrives as its error instead of as a message. */
export function withBoundedRequests(service: ServiceDefinition, bytesMax: number): ServiceDefinition {
  const bounded = Object.entries(service).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      if (bytes.length > bytesMax) return new MessageTooLargeError(bytes.length, bytesMax)
      try {
        return method.requestDeserialize(bytes)
      } catch (error) {
        return malformed(method.path, error)
      }
    }
    return [name, { ...method, requestDeserialize }]
  })
  return Object.fromEntries(bounded)
}

/** Ends a call whose message came as an error: no handler sees it, whatever kind of call it is. */
export const refuseBadMessages: ServerInterceptor = (_, call) =>
  new ServerInterceptingCall(call, {
    start: (next) =>
      next(
        new ServerListenerBuilder()
          .withOnReceiveMessage((message: unknown, pass) => (message instanceof Error ? call.sendStatus(statusOf(message)) : pass(message)))
          .build(),
      ),
  })

/** What measuring leans on. */
export interface Measuring {
  readonly telemetry: Telemetry
  readonly clock: Clock
  readonly inFlight: InFlight
}

/** Counts each call, its status and its duration; health and reflection stay out, since probes never end. */
export const measureCalls =
  ({ telemetry, clock, inFlight }: Measuring): ServerInterceptor =>
  ({ path }, call) => {
    if (path.startsWith('/grpc.')) return new ServerInterceptingCall(call)
    const startMs = clock.monotonicMs()
    let open = true
    const end = (code: status): void => {
      if (!open) return
      open = false
      inFlight.leave()
      telemetry.called({ method: path.slice(path.lastIndexOf('.') + 1), code: status[code], durationMs: clock.monotonicMs() - startMs })
    }
    inFlight.enter()
    const listener = new ServerListenerBuilder().withOnCancel(() => end(status.CANCELLED)).build()
    return new ServerInterceptingCall(
      call,
      new ResponderBuilder()
        .withStart((next) => next(listener))
        .withSendStatus((ending, next) => {
          end(ending.code ?? status.UNKNOWN)
          next(ending)
        })
        .build(),
    )
  }

const malformed = (path: string, error: unknown): InvalidFieldError =>
  new InvalidFieldError({
    field: 'the message',
    value: error instanceof Error ? error.message : error,
    rule: `it must be what ${path} takes, as protobuf`,
    remedy: 'generate the client from proto/ of this version',
  })
