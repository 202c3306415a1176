import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { TOPICS } from '@freshet/event-log'
import { type Folders, NO_SNAPSHOTS, openSnapshotFiles, runFolders, type SnapshotShelf, type StandsStill } from '@freshet/materialize'
import { type Complaint, RUNTIME, type Runtime } from '@freshet/service'
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'

/** Folds the partitions that are this process's, for as long as the application runs. */
@Injectable()
export class FeatureStoreFolds implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Where partitions are copied to; a store beside the log goes back only where the log goes back with it, and is not. */
  readonly snapshots: SnapshotShelf
  private folders: Folders | undefined

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {
    const { config, directory } = runtime
    runtime.complaints.hear(() => this.complaints())
    this.snapshots = config.store === 'embedded' ? NO_SNAPSHOTS : openSnapshotFiles(join(directory, 'snapshots'))
  }

  /** True where this process folds the partition. */
  owns(partition: number): boolean {
    return this.folders?.owned.has(partition) ?? false
  }

  /** Why this process does not fold a partition on that is its own; undefined where it does. */
  standsStill(partition: number): StandsStill | undefined {
    return this.folders?.standsStill(partition)
  }

  private complaints(): Complaint[] {
    const partitions = Array.from({ length: this.runtime.log.partitions(TOPICS.events) }, (_, partition) => partition)
    return partitions.flatMap((partition) => {
      const standing = this.standsStill(partition)
      return standing === undefined ? [] : [{ what: `the features of partition ${partition} stand still`, ...standing }]
    })
  }

  async onApplicationBootstrap(): Promise<void> {
    const { log, store, firstDictionary: dictionary, clock, logger, config, logGeneration } = this.runtime
    this.folders = await runFolders({
      log,
      store,
      dictionary,
      clock,
      member: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`, // a container's processes all have the same id, and so has who follows them
      snapshots: this.snapshots === NO_SNAPSHOTS ? undefined : this.snapshots,
      generation: config.store === 'embedded' ? undefined : logGeneration, // an embedded store goes back with its log
      snapshotEveryMs: config.featureStore.snapshotEveryMs,
      retentionMs: config.featureStore.retentionMs,
      onTrouble: (partition, error) => logger.warn({ partition, err: error }, 'the fold of a partition starts over'),
    })
  }

  async onApplicationShutdown(): Promise<void> {
    await this.folders?.[Symbol.asyncDispose]()
  }
}
