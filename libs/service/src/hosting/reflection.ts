import { fileDescriptors } from '@freshet/contracts/descriptors'
import type { Server, ServiceDefinition } from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import { serviceName } from './service-name'

/** Lets tools such as grpcurl ask what is served here: reflection v1 and v1alpha, over the files that protoc read. */
export function addReflection(server: Server, services: readonly ServiceDefinition[]): void {
  const files = fileDescriptors().map((bytes) => Buffer.from(bytes))
  const definition = { freshet: { fileDescriptorProtos: files } } as unknown as ConstructorParameters<typeof ReflectionService>[0]
  new ReflectionService(definition, { services: services.map(serviceName) }).addToServer(server)
}
