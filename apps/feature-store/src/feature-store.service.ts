import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Folders, openSnapshotFiles, runFolders } from '@freshet/materialize'
import { RUNTIME, type Runtime } from '@freshet/service'
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'

/** Folds the partitions that are this process's, for as long as the application runs. */
@Injectable()
export class FeatureStoreFolds implements OnApplicationBootstrap, OnApplicationShutdown {
  private folders: Folders | undefined

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  /** True where this process folds the partition. */
  owns(partition: number): boolean {
    return this.folders?.owned.has(partition) ?? false
  }

  async onApplicationBootstrap(): Promise<void> {
    const { log, store, firstDictionary: dictionary, clock, logger, config, directory } = this.runtime
    const isBesideLog = config.store === 'embedded' // it goes back only where the log goes back with it
    this.folders = await runFolders({
      log,
      store,
      dictionary,
      clock,
      member: `${hostname()}-${process.pid}`,
      snapshots: isBesideLog ? undefined : openSnapshotFiles(join(directory, 'snapshots')),
      onTrouble: (partition, error) => logger.warn({ partition, err: error }, 'the fold of a partition starts over'),
    })
  }

  async onApplicationShutdown(): Promise<void> {
    await this.folders?.[Symbol.asyncDispose]()
  }
}
