import type { ServiceDefinition } from '@grpc/grpc-js'

/** `freshet.ranker.v1.Ranker` of a definition whose paths are `/freshet.ranker.v1.Ranker/Recommend`. */
export const serviceName = (service: ServiceDefinition): string => Object.values(service)[0].path.split('/')[1]
