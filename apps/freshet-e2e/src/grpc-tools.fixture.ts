import { isServed } from '@freshet/service'
import type { Clients } from './house.fixture'

/** A client as far as raw calls need it: any of the generated ones. */
type RawClient = Pick<Clients['ingest'], 'makeUnaryRequest' | 'makeBidiStreamRequest'>

const asIs = (bytes: Uint8Array): Buffer => Buffer.from(bytes)

/** What a raw call failed with: the status, and our error as its trailer spells it. */
export interface RawFailure {
  readonly status: number
  readonly trailer: unknown
}

/** Sends bytes of the caller's own making; resolves with how the call failed, undefined where it did not. */
export const sendRaw = (client: RawClient, path: string, bytes: Uint8Array): Promise<RawFailure | undefined> =>
  new Promise((resolve) =>
    client.makeUnaryRequest(path, asIs, asIs, bytes, (error) => {
      const [trailer] = error?.metadata.get('freshet-error') ?? []
      resolve(error ? { status: error.code, trailer: typeof trailer === 'string' ? JSON.parse(trailer) : undefined } : undefined)
    }),
  )

/**
 * The services that a server reflects, asked as grpcurl asks.
 *
 * grammar  request = { list_services (7): "" }; the names in the answer are its only texts
 */
export async function reflectedServices(client: RawClient): Promise<string[]> {
  const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'
  const stream = client.makeBidiStreamRequest(path, asIs, asIs)
  stream.write(Uint8Array.of((7 << 3) | 2, 0))
  stream.end()
  const answers: Buffer[] = []
  for await (const answer of stream) answers.push(answer as Buffer)
  return (
    Buffer.concat(answers)
      .toString('latin1')
      .match(/[a-z]+(\.[a-zA-Z0-9]+)+/g) ?? []
  )
}

/** Whether a server says by grpc.health.v1 that it serves. */
export const isHealthy = (address: string, service = ''): Promise<boolean> => isServed(address, service)
