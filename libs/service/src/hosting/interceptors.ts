import {
  ResponderBuilder,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type ServerInterceptor,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { InvalidFieldError, type Clock } from '@freshet/kernel'
import { MessageTooLargeError } from '../errors/errors'
import type { Telemetry } from '../telemetry/telemetry'

/** The same service, whose requests are bounded: what cannot be taken arrives as its error instead of as a message, and the adapters throw it. */
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
    return [name, { ...method, requestDeserialize }] as const
  })
  return Object.fromEntries<ServiceDefinition[string]>(bounded)
}

/** Counts each call, its status and its duration; health and reflection stay out, since probes never end. */
export const measureCalls =
  (telemetry: Telemetry, clock: Clock): ServerInterceptor =>
  ({ path }, call) => {
    if (path.startsWith('/grpc.')) return new ServerInterceptingCall(call)
    const startMs = clock.monotonicMs()
    let open = true
    const end = (code: status): void => {
      if (!open) return
      open = false
      telemetry.ended({ method: path.slice(path.lastIndexOf('.') + 1), code: status[code], durationMs: clock.monotonicMs() - startMs })
    }
    telemetry.began()
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
