import { Server as GrpcServer, ServerCredentials, type ServiceDefinition, type UntypedHandleCall } from '@grpc/grpc-js'
import { Server, Transport, type CustomTransportStrategy } from '@nestjs/microservices'
import { HealthImplementation } from 'grpc-health-check'
import { PortInUseError } from '../errors/errors'
import { isFreshetError, UnavailableError, type Clock } from '@freshet/kernel'
import type { Logger } from '../telemetry/logger'
import type { Telemetry } from '../telemetry/telemetry'
import { bidirectional, serverStream, unary, type Invoke, type MethodHost } from './handlers'
import { measureCalls, refuseBadMessages, withBoundedRequests } from './interceptors'
import { addReflection } from './reflection'
import { countInFlight, type InFlight } from './in-flight'
import { serviceName } from './service-name'

/** What a gRPC server of Freshet is made of. */
export interface GrpcHosting {
  readonly address: string
  /** The setting that chose the address, for the remedy when it is taken. */
  readonly setting: string
  readonly services: readonly ServiceDefinition[]
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly messageBytesMax: number
  readonly deadlineMs: number
}

/**
 * Nest's controllers on a grpc-js server that speaks by the generated definitions: one codec at run time and in types.
 *
 * Nest's own gRPC transport would load the .proto files again with another codec (docs/adr/0006).
 */
export class GrpcStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = Transport.GRPC
  private readonly invokes = new Map<string, Invoke>()
  private readonly health = new HealthImplementation({ '': 'SERVING' })
  private readonly server: GrpcServer
  private readonly inFlight: InFlight
  private port = 0

  constructor(private readonly hosting: GrpcHosting) {
    super()
    const { telemetry, clock } = hosting
    this.inFlight = countInFlight(telemetry.inFlight)
    this.server = new GrpcServer({
      interceptors: [measureCalls({ telemetry, clock, inFlight: this.inFlight }), refuseBadMessages],
      'grpc.max_receive_message_length': TRANSPORT_BYTES_MAX,
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_MS,
    })
  }

  /** Where it listens; the port is the real one when 0 was asked for. */
  get address(): string {
    return `${hostOf(this.hosting.address)}:${this.port}`
  }

  override addHandler(pattern: { service: string; rpc: string }, callback: unknown): void {
    this.invokes.set(`${pattern.service}/${pattern.rpc}`, callback as Invoke)
  }

  listen(callback: (error?: unknown) => void): void {
    this.hosting.services.forEach((service) => this.host(service))
    this.health.addToServer(this.server)
    addReflection(this.server, this.hosting.services)
    this.server.bindAsync(this.hosting.address, ServerCredentials.createInsecure(), (error, port) => {
      this.port = port
      callback(error ? this.bindError(error) : undefined)
    })
  }

  /** Tells probes to look elsewhere, takes no new connection, and ends when the calls in flight have, at most after `boundMs`. */
  async drain(boundMs: number): Promise<void> {
    for (const name of ['', ...this.hosting.services.map(serviceName)]) this.health.setStatus(name, 'NOT_SERVING')
    const gone = new Promise<void>((resolve) => this.server.tryShutdown(() => resolve()))
    const bound = new AbortController()
    await Promise.race([this.inFlight.none(), this.hosting.clock.sleep(boundMs, bound.signal)])
    bound.abort()
    if (this.inFlight.count > 0) this.hosting.logger.warn({ calls: this.inFlight.count, boundMs }, 'calls were cut off by the shutdown')
    this.server.forceShutdown()
    await gone
  }

  close(): void {
    this.server.forceShutdown()
  }

  on(): never {
    throw new UnavailableError('the server as an event source', 'observe it by health checks and metrics')
  }

  unwrap<T>(): T {
    return this.server as T
  }

  private host(service: ServiceDefinition): void {
    const handlers: Record<string, UntypedHandleCall> = {}
    for (const [name, method] of Object.entries(service)) {
      const route = method.path.slice(method.path.lastIndexOf('.') + 1)
      const invoke = this.invokes.get(route)
      if (invoke) handlers[name] = adapt(method, this.methodHost(route, invoke))
      else this.hosting.logger.warn({ method: route }, 'no controller answers this method')
    }
    this.server.addService(withBoundedRequests(service, this.hosting.messageBytesMax), handlers)
    this.health.setStatus(serviceName(service), 'SERVING')
  }

  private methodHost(method: string, invoke: Invoke): MethodHost {
    const { deadlineMs, logger } = this.hosting
    const onError = (_: string, error: unknown): void => {
      if (isFreshetError(error)) logger.debug({ method, code: error.code }, error.message)
      else logger.error({ method, err: error }, 'a handler failed in a way that it did not foresee')
    }
    return { method, invoke, deadlineMs, onError }
  }

  private bindError(error: Error): Error {
    const { address, setting } = this.hosting
    return error.message.includes('EADDRINUSE')
      ? new PortInUseError(address, setting)
      : new UnavailableError(address, `${error.message}; choose another by ${setting}`)
  }
}

const TRANSPORT_BYTES_MAX = 8 << 20 // above it the transport itself hangs up; below, the typed refusal of messageBytesMax answers
const KEEPALIVE_MS = 20_000 // so that a stream of a caller that vanished does not stay for ever

const adapt = (method: ServiceDefinition[string], host: MethodHost): UntypedHandleCall => {
  if (method.requestStream) return bidirectional(host)
  return method.responseStream ? serverStream(host) : unary(host)
}

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':'))
