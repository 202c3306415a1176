import { InvalidFieldError, textOf } from '@freshet/kernel'
import { START, type Standing } from '@freshet/online-store'

// Partition p of the data set `name` is four keys, in one slot of a cluster by their common tag:
//
//   freshet:{name:p}:standing  hash   at → `events touches catalog` in decimal and, where there is one, the lineage, by → who committed last, next → the next outbox sequence
//   freshet:{name:p}:values    hash   key → value, as it was put
//   freshet:{name:p}:keys      sorted set of those keys, all of score 0: Redis orders them by their bytes
//   freshet:{name:p}:outbox    list   outgoing entries, as the port encodes them; the last one has the sequence next − 1

/** The keys of one partition, in the order in which all scripts take them. */
export type PartitionKeys = readonly [standing: string, values: string, keys: string, outbox: string]

/** The keys of partition `partition` of the data set `name`. */
export function partitionKeys(name: string, partition: number): PartitionKeys {
  const under = `freshet:{${name}:${partition}}`
  return [`${under}:standing`, `${under}:values`, `${under}:keys`, `${under}:outbox`]
}

/** Refuses a name that would end the hash tag early, or be nobody's. */
export function assertName(name: string): void {
  if (/^[^{}\s]{1,128}$/.test(name)) return
  const rule = 'a data set has a name of 1 to 128 characters without braces and spaces'
  throw new InvalidFieldError({ field: 'name', value: name, rule, remedy: 'use the name of the data directory' })
}

/** A standing as it is stored and, by the scripts, compared. */
export const spellStanding = ({ events, touches, catalog, lineage = '' }: Standing): string =>
  `${events} ${touches} ${catalog}${lineage && ` ${lineage}`}`

/** The inverse of {@link spellStanding}; what was never written is zeros. */
export function standingOf(stored: Buffer | null): Standing {
  if (stored === null) return START
  const [events, touches, catalog, ...lineage] = textOf(stored).split(' ')
  const vector = { events: Number(events), touches: Number(touches), catalog: Number(catalog) }
  return lineage.length === 0 ? vector : { ...vector, lineage: lineage.join(' ') }
}

/** The first and the last member that a page may hold, as ZRANGEBYLEX takes them: UTF-8 has no byte 0xff, so that byte ends a prefix. */
export function lexRange(prefix: string, after = ''): readonly [from: Buffer, to: Buffer] {
  const isBehind = after !== '' && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0
  return [Buffer.from(isBehind ? `(${after}` : `[${prefix}`), Buffer.concat([Buffer.from(`(${prefix}`), Buffer.from([0xff])])]
}
