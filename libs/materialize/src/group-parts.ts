import type { ExampleGroup, ExampleItem } from '@freshet/contracts'

/**
 * A group as groups that fit into records, the user's features in each: a list of 500 items with long vectors is more than one record takes.
 *
 * How many there are follows from how long features are, which the dictionary says, or the event that brought them: never from what a state holds, so that
 * the places of groups stay the same however often a partition is folded.
 */
export function partsOfGroup(group: ExampleGroup): readonly ExampleGroup[] {
  const room = PART_BYTES - group.userIds.length - group.userNumbers.length
  const [items, ...more] = runsWithin(group.items, room, weightOf)
  const [forgottenIds, ...rest] = slicesOf(group.forgottenIds)
  if (more.length === 0 && rest.length === 0) return [group]
  const parts: ExampleGroup[] = [{ ...group, items, forgottenIds }]
  for (const run of more) parts.push({ ...group, items: run, forgottenIds: NONE })
  for (const ids of rest) parts.push({ ...group, items: [], forgottenIds: ids })
  return parts
}

/** Consecutive values that weigh no more than there is room for, but one at least. */
function runsWithin<T>(values: readonly T[], room: number, weigh: (value: T) => number): T[][] {
  const runs: T[][] = [[]]
  let left = room
  for (const value of values) {
    const weight = weigh(value)
    const run = runs[runs.length - 1]
    if (weight > left && run.length > 0) {
      runs.push([value])
      left = room - weight
      continue
    }
    run.push(value)
    left -= weight
  }
  return runs
}

function slicesOf(ids: Uint8Array): Uint8Array[] {
  const slices = [ids.subarray(0, PART_BYTES)]
  for (let from = PART_BYTES; from < ids.length; from += PART_BYTES) slices.push(ids.subarray(from, from + PART_BYTES))
  return slices
}

const weightOf = ({ ids, numbers }: ExampleItem): number => ids.length + numbers.length + ITEM_BYTES

const PART_BYTES = 768 << 10 // whole pairs of ids; a record has a mebibyte
const ITEM_BYTES = 64 // label, weight, hash and lengths
const NONE = new Uint8Array(0)
