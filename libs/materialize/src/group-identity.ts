import type { ExampleGroup } from '@freshet/contracts'

/** What a group is recognised by, beside its partition. */
export type GroupIdentity = Pick<ExampleGroup, 'sourceOffset' | 'ordinal'>

/** The order of groups within a partition. */
export function isAfter(a: GroupIdentity, b: GroupIdentity): boolean {
  return a.sourceOffset > b.sourceOffset || (a.sourceOffset === b.sourceOffset && a.ordinal > b.ordinal)
}
