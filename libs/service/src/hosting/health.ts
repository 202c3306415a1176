import type {
  handleServerStreamingCall,
  Server,
  ServerWritableStream,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'

/** What probes are told, for the server ('') and each of its services. */
export interface Health {
  serving(service: string): void
  /** It will be, and is not yet. */
  starting(service: string): void
  /** Tells everybody to look elsewhere, and ends the watches: nothing else would, and a server waits for its streams. */
  drain(): void
}

/** Adds grpc.health.v1 to a server. */
export function addHealth(server: Server): Health {
  const implementation = new HealthImplementation()
  const names = new Set<string>()
  const watches = new Set<ServerWritableStream<unknown, unknown>>()
  let isDraining = false

  const followed =
    (watch: handleServerStreamingCall<unknown, unknown>): handleServerStreamingCall<unknown, unknown> =>
    (call) => {
      watches.add(call)
      call.on('cancelled', () => watches.delete(call))
      watch(call)
    }

  const adding = {
    addService: (service: ServiceDefinition, handlers: UntypedServiceImplementation) =>
      server.addService(service, { ...handlers, watch: followed(handlers.watch as handleServerStreamingCall<unknown, unknown>) }),
  }
  implementation.addToServer(adding)

  const serving = (service: string): void => {
    names.add(service)
    implementation.setStatus(service, 'SERVING')
  }

  return {
    serving: (service) => {
      if (!isDraining) serving(service)
    },
    starting: (service) => implementation.setStatus(service, 'NOT_SERVING'),
    drain() {
      isDraining = true
      for (const name of names) implementation.setStatus(name, 'NOT_SERVING')
      for (const watch of watches) watch.end()
    },
  }
}
