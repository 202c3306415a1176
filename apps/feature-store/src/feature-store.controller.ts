import type { feature } from '@freshet/contracts/services'
import { TOPICS } from '@freshet/event-log'
import {
  heldFrom,
  type PartitionDictionaries,
  type PartitionStatus,
  partitionStatus,
  readPartitionDictionaries,
} from '@freshet/materialize'
import { RUNTIME, StatusMemory, type Runtime } from '@freshet/service'
import { Controller, Inject } from '@nestjs/common'
import { GrpcMethod } from '@nestjs/microservices'
import { type ReaderScope, readFeatures } from './feature-reader'
import { FeatureStoreFolds } from './feature-store.service'
import { statusOf, type StatusScope } from './status'

/** Decode, call, encode. */
@Controller()
export class FeatureStoreController {
  private readonly dictionaryOf: PartitionDictionaries
  private readonly memory: StatusMemory<ReadStatus>

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(FeatureStoreFolds) private readonly folds: FeatureStoreFolds,
  ) {
    this.dictionaryOf = readPartitionDictionaries(runtime.store, runtime.firstDictionary)
    this.memory = new StatusMemory({ runtime, ask: () => this.readStatus(), readsStore: true })
  }

  @GrpcMethod('FeatureStore', 'GetFeatures')
  async getFeatures({ kind, entityId }: feature.GetFeaturesRequest): Promise<feature.GetFeaturesResponse> {
    const [features] = await readFeatures(this.scope, kind, [entityId])
    return { features }
  }

  @GrpcMethod('FeatureStore', 'BatchGetFeatures')
  async batchGetFeatures({ kind, entityIds }: feature.BatchGetFeaturesRequest): Promise<feature.BatchGetFeaturesResponse> {
    return { features: await readFeatures(this.scope, kind, entityIds) }
  }

  @GrpcMethod('FeatureStore', 'GetStatus')
  async getStatus(): Promise<feature.GetStatusResponse> {
    const { value, standing } = await this.memory.read()
    const { partitions, ...scope } = value
    const { folds } = this
    const ofFolds = { owns: folds.owns.bind(folds), standsStill: folds.standsStill.bind(folds) }
    return statusOf(partitions, { ...scope, ...ofFolds, standing })
  }

  private async readStatus(): Promise<ReadStatus> {
    const { log, store } = this.runtime
    const { hash: dictionaryHash } = await this.dictionaryOf(0)
    const numbers = Array.from({ length: log.partitions(TOPICS.events) }, (_, partition) => partition)
    const partitions = await Promise.all(numbers.map((partition) => partitionStatus(log, store, partition)))
    const held = await Promise.all(numbers.map((partition) => heldFrom(this.folds.snapshots, partition)))
    return { partitions, dictionaryHash, held }
  }

  private get scope(): ReaderScope {
    return { ...this.runtime, dictionaryOf: this.dictionaryOf }
  }
}

/** What a status says that stands in log and store. */
interface ReadStatus extends Pick<StatusScope, 'dictionaryHash' | 'held'> {
  readonly partitions: readonly PartitionStatus[]
}
