import { join } from 'node:path'
import { fileDescriptors } from '@freshet/contracts/descriptors'
import { credentials, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { serveEcho } from './echo.fixture'
import type { Served } from './serve'

let served: Served
beforeAll(async () => (served = await serveEcho()))
afterAll(() => served.close())

describe.each(['v1', 'v1alpha'])('reflection %s', (version) => {
  it('lists the services that are hosted, and no others', async () => {
    const answer = await ask(version, { listServices: '*' })
    expect(answer.listServicesResponse?.service.map(({ name }) => name).sort()).toEqual([
      'freshet.ingest.v1.Ingest',
      'freshet.migrator.v1.Migrator',
    ])
  })

  it('brings the file of a service with all that it imports', async () => {
    const answer = await ask(version, { fileContainingSymbol: 'freshet.ingest.v1.Ingest' })
    const files = answer.fileDescriptorResponse?.fileDescriptorProto.map(
      (bytes) => /freshet\/\w+\/v1\/\w+\.proto/.exec(bytes.toString('latin1'))?.[0],
    )
    expect(files).toEqual(
      expect.arrayContaining(['freshet/ingest/v1/ingest_service.proto', 'freshet/ingest/v1/ingest.proto', 'freshet/event/v1/event.proto']),
    )
  })

  it('keeps what distinguishes an absent number from a zero', async () => {
    const answer = await ask(version, { fileByFilename: 'freshet/event/v1/event.proto' })
    const bytes = answer.fileDescriptorResponse?.fileDescriptorProto.find((file) => file.includes('freshet/event/v1/event.proto'))
    const written = fileDescriptors().find((file) =>
      Buffer.from(file).subarray(2).toString('latin1').startsWith('freshet/event/v1/event.proto'),
    )
    expect(bytes?.length).toBe(written?.length)
  })
})

interface Answer {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] }
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] }
}

async function ask(version: string, request: object): Promise<Answer> {
  const file = join(require.resolve('@grpc/reflection/package.json'), `../build/proto/grpc/reflection/${version}/reflection.proto`)
  const loaded = loadPackageDefinition(loadSync(file, { longs: String, enums: String, oneofs: true })) as never
  const Client = (loaded as { grpc: { reflection: Record<string, { ServerReflection: ServiceClientConstructor }> } }).grpc.reflection[
    version
  ].ServerReflection
  const client = new Client(served.grpcAddress, credentials.createInsecure())
  const asking = client.ServerReflectionInfo() as unknown as { write(request: object): void; end(): void } & AsyncIterable<Answer>
  asking.write(request)
  asking.end()
  for await (const answer of asking) {
    client.close()
    return answer
  }
  throw new RangeError('reflection answered nothing')
}
