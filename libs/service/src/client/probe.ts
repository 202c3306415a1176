import { credentials, makeClientConstructor, type Client } from '@grpc/grpc-js'
import { service as healthService } from 'grpc-health-check'

/** What the health service of a process is asked by, beside its services' names: the data set that it stands on. */
export const dataSetHealthName = (name: string): string => `data/${name}`

/** Whether a process at an address says that `name`, a service or a data set, is being served there. */
export function isServed(address: string, name: string, deadlineMs = PROBE_MS): Promise<boolean> {
  if (address === '') return Promise.resolve(false)
  const client = new HealthClient(address, credentials.createInsecure()) as unknown as HealthChecks
  return new Promise<boolean>((resolve) =>
    client.check({ service: name }, { deadline: Date.now() + deadlineMs }, (error, answer) =>
      resolve(!error && answer?.status === 'SERVING'),
    ),
  ).finally(() => client.close())
}

interface HealthChecks extends Client {
  check(
    request: { readonly service: string },
    options: { readonly deadline: number },
    callback: (error: unknown, answer?: { readonly status: string }) => void,
  ): void
}

const PROBE_MS = 3000 // a process that starts, or is busy, may take a second; nobody there is known at once
const HealthClient = makeClientConstructor(healthService, 'Health')
