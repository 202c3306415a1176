import { encoded, ItemState, UserState } from '@freshet/contracts'
import { itemKey, userKey } from '@freshet/features'
import type { OnlineStore, Put, Standing } from '@freshet/online-store'
import type { SharedItems } from './shared-items'
import type { States } from './states'

/** What one partition's states stand on. */
export interface PartitionStatesScope {
  readonly store: OnlineStore
  readonly partition: number
  readonly items: SharedItems
  /** How many users are kept at hand. */
  readonly usersMax: number
}

/** The users of one partition and, shared with the others, the items: read before a batch is folded, written with its commit. */
export class PartitionStates implements States {
  private readonly users = new Map<string, UserState | undefined>()
  private readonly changedUsers = new Set<string>()
  private readonly changedItems = new Set<string>()

  constructor(private readonly scope: PartitionStatesScope) {}

  user(userId: string): UserState | undefined {
    return this.users.get(userId)
  }

  item(itemId: string): ItemState | undefined {
    return this.scope.items.get(itemId)
  }

  saveUser(userId: string, state: UserState | undefined): void {
    this.users.set(userId, state)
    this.changedUsers.add(userId)
  }

  saveItem(itemId: string, state: ItemState): void {
    this.scope.items.save(itemId, state)
    this.changedItems.add(itemId)
  }

  /** Brings users to hand, in one round trip, as they are where the partition stands. Only between commits: what a batch needs stays until it is written. */
  async fetchUsers(userIds: Iterable<string>, of: Standing): Promise<void> {
    if (this.users.size > this.scope.usersMax) this.users.clear()
    const missing = [...new Set(userIds)].filter((id) => !this.users.has(id))
    if (missing.length === 0) return
    const values = await this.scope.store.read(this.scope.partition, missing.map(userKey), of)
    missing.forEach((id, i) => {
      const value = values[i]
      this.users.set(id, value && UserState.decode(value))
    })
  }

  /** What has changed since {@link committed}, as bytes. */
  puts(): readonly Put[] {
    const users = [...this.changedUsers].map((id) => {
      const state = this.users.get(id)
      return { key: userKey(id), value: state === undefined ? null : encoded(UserState, state) }
    })
    const items = [...this.changedItems].flatMap((id) => {
      const state = this.item(id)
      return state === undefined ? [] : [{ key: itemKey(id), value: encoded(ItemState, state) }]
    })
    return [...users, ...items]
  }

  /** The changes are in the store. */
  committed(): void {
    this.scope.items.saved(this.changedItems)
    this.changedUsers.clear()
    this.changedItems.clear()
  }
}
