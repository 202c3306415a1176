import { createServer } from 'node:http'
import { Server as GrpcServer, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js'
import type { EventLog } from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import { statusOf } from '../errors/error-details'
import { bindError, placeOf, type Listen } from './addresses'
import { problemOf } from './error-filters'
import { addHealth } from './health'
import { LOG_HEALTH_NAME } from './log-watch'
import { serviceName } from './service-name'

/** Whom a process answers, and for whom, before its log does. */
export interface WaitingRoomScope {
  /** The data set, as `/healthz` names it. */
  readonly name: string
  readonly log: Pick<EventLog, 'health'>
  readonly grpc: Listen & { readonly services: readonly ServiceDefinition[] }
  /** With an empty address, nothing listens for HTTP. */
  readonly http: Listen
}

/**
 * Listens in the place of services that cannot be opened yet: probes learn that the process lives, that it does not serve, and why; every
 * other call is refused as one that may be made again. Closed before the services listen there themselves.
 *
 * throws  PortInUseError when somebody else listens there; nothing stays open then
 */
export async function openWaitingRoom(scope: WaitingRoomScope): Promise<AsyncDisposable> {
  const closeGrpc = await answerCalls(scope)
  try {
    const closeHttp = await answerRequests(scope)
    return { [Symbol.asyncDispose]: async () => void (await Promise.all([closeGrpc(), closeHttp()])) }
  } catch (error) {
    await closeGrpc()
    throw error
  }
}

type Close = () => Promise<void>

async function answerCalls({ log, grpc }: WaitingRoomScope): Promise<Close> {
  const server = new GrpcServer()
  const health = addHealth(server)
  for (const name of ['', LOG_HEALTH_NAME, ...grpc.services.map(serviceName)]) health.starting(name)
  for (const service of grpc.services) server.addService(service, refusals(service, log))
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(grpc.address, ServerCredentials.createInsecure(), (error) => {
      if (error) reject(bindError(grpc, error.message.includes('EADDRINUSE') ? { code: 'EADDRINUSE' } : error))
      else resolve()
    }),
  )
  return async () => {
    health.drain()
    const ended = new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
    server.forceShutdown()
    await ended
  }
}

function refusals(service: ServiceDefinition, log: WaitingRoomScope['log']): UntypedServiceImplementation {
  const refused = () => statusOf(refusal(log))
  const handlers = Object.entries(service).map(([name, { responseStream }]) => {
    if (responseStream) return [name, (call: { emit(event: 'error', status: unknown): void }) => call.emit('error', refused())]
    return [name, (_: unknown, answer: (status: unknown) => void) => answer(refused())]
  })
  return Object.fromEntries(handlers) as UntypedServiceImplementation
}

async function answerRequests({ name, log, http }: WaitingRoomScope): Promise<Close> {
  if (http.address === '') return async () => undefined
  const server = createServer(({ url }, response) => {
    const isProbe = url === '/healthz'
    const body = isProbe ? { status: 'starting', name, log: log.health?.() } : problemOf(refusal(log))
    response.writeHead(NOT_YET, { 'content-type': isProbe ? 'application/json; charset=utf-8' : 'application/problem+json' })
    response.end(JSON.stringify(body))
  })
  const { host, port } = placeOf(http.address)
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  } catch (error) {
    throw bindError(http, error)
  }
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
}

const NOT_YET = 503

const refusal = (log: WaitingRoomScope['log']): UnavailableError =>
  new UnavailableError('what is served here', log.health?.().reason ?? 'it waits for its log to answer')
