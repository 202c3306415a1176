import { type Folders, runFolders } from '@freshet/materialize'
import type { Host } from '../host'
import type { House } from '../house'
import { dictionary } from '../dictionaries'

const RESTART_MS = 150
const REBOOT_MS = 200

/** A feature store's machine: boots the service, and again whenever it falls. */
export class FeatureStoreRole {
  readonly host: Host
  private folders: Folders | undefined

  constructor(
    private readonly house: House,
    name: string,
  ) {
    this.host = house.host(name, (host) => host.tellNext(REBOOT_MS, 'reboots', () => this.boot()))
  }

  boot(): void {
    this.host.boot()
    void this.serve()
  }

  /** Leaves in order, and comes back: the others share the work meanwhile. */
  async leave(): Promise<void> {
    const { folders, host } = this
    if (folders === undefined) return
    this.folders = undefined
    try {
      await folders[Symbol.asyncDispose]()
    } catch (error) {
      this.house.trouble(host.name, error)
    }
    await host.clock.sleep(REBOOT_MS)
    this.boot()
  }

  private async serve(): Promise<void> {
    const { host, house } = this
    const { life } = host
    for (;;) {
      try {
        this.folders = await runFolders({
          ...{
            ...house.engines(host),
            snapshotEveryMs: SNAPSHOT_EVERY_MS,
            snapshotPageKeys: SNAPSHOT_PAGE_KEYS,
            retentionMs: RETENTION_MS,
          },
          ...{ dictionary, clock: host.clock, member: `${host.name}-${life}`, itemsMax: ITEMS_MAX, usersMax: USERS_MAX },
          onTrouble: (partition, error) => house.trouble(`${host.name}, partition ${partition}`, error),
        })
        return
      } catch (error) {
        house.trouble(host.name, error)
        await host.clock.sleep(RESTART_MS)
      }
    }
  }
}

const SNAPSHOT_EVERY_MS = 180
const RETENTION_MS = 100 // less than features remember, which is what counts then
const SNAPSHOT_PAGE_KEYS = 8 // of a dozen or two, so that batches come between the pages
const ITEMS_MAX = 3 // fewer than there are, so that states are let go and read again
const USERS_MAX = 2
