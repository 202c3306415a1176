import { Event, type EventRecord } from '@freshet/contracts'
import { type Dictionary, actorOf, labelOf, meaningOf } from '@freshet/features'

/**
 * What the joins of one partition yield, said again from its whole history: for each group `offset user item label source, …`,
 * in order. It keeps no state; whatever it wants to know of a moment it looks up in the records before it.
 */
export function naiveJoins(dictionary: Dictionary, records: readonly EventRecord[]): string[] {
  return records.flatMap((_, at) => new Moment(dictionary, records, at).groups())
}

class Moment {
  private readonly declared: Dictionary['declared']

  constructor(
    private readonly dictionary: Dictionary,
    private readonly records: readonly EventRecord[],
    private readonly at: number,
  ) {
    this.declared = dictionary.declared
  }

  groups(): string[] {
    const { record } = this.records[this.at]
    if (record?.$case === 'tick') return [...this.endedClicks(), ...this.closedLists()]
    if (!this.isEffective(this.at)) return []
    return this.isList(this.at) ? this.helped(this.at) : this.spoken(this.at)
  }

  private event(at: number): Event {
    const { record } = this.records[at]
    return record?.$case === 'event' ? record.event : Event.create({})
  }

  private get offsets(): number[] {
    return this.records.map((_, at) => at).filter((at) => this.records[at].record?.$case === 'event')
  }

  /** The watermark just before a record. */
  private watermark(at: number): number {
    const ticks = this.records.slice(0, at).flatMap(({ record }) => (record?.$case === 'tick' ? [record.tick.timeMs] : []))
    return Math.max(0, ...ticks.map((timeMs) => timeMs - this.declared.latenessMs))
  }

  private isEffective(at: number): boolean {
    const { eventId } = this.event(at)
    return this.offsets.find((other) => this.event(other).eventId === eventId) === at
  }

  private isLate(at: number): boolean {
    return this.event(at).timeMs < this.watermark(at)
  }

  /** A list that began to wait at `at`: no other of its id waited then. */
  private isList(at: number): boolean {
    const { type, requestId } = this.event(at)
    if (type !== 'impression' || requestId === '' || !this.isEffective(at) || this.isLate(at)) return false
    return this.listFor(requestId, at) === undefined
  }

  /** The list of an id that waits just before `at`, its window open or closed. */
  private listFor(requestId: string, at: number): number | undefined {
    const { joinWindowMs, lateLabelMs = joinWindowMs } = this.declared
    const lists = this.offsets.filter((list) => list < at && this.event(list).requestId === requestId && this.isList(list))
    return lists.find((list) => this.event(list).timeMs + joinWindowMs + lateLabelMs > this.watermark(at))
  }

  private label(at: number): 0 | 1 | undefined {
    const { type, value } = this.event(at)
    const meaning = meaningOf(this.dictionary, type)
    return meaning && this.isEffective(at) ? labelOf(meaning, value) : undefined
  }

  /** True for a deed that waits for a list that has not come yet. */
  private isHeld(at: number): boolean {
    const { requestId } = this.event(at)
    return this.label(at) !== undefined && requestId !== '' && !this.isLate(at) && this.listFor(requestId, at) === undefined
  }

  /** The first record that ends the waiting of a held deed: its list, or the tick that is late enough. */
  private endOf(held: number): number | undefined {
    const { requestId, timeMs } = this.event(held)
    const end = this.records.findIndex(({ record }, at) => {
      if (at <= held) return false
      if (record?.$case === 'tick') return this.watermark(at + 1) >= timeMs + this.declared.lateClickMs
      return this.event(at).requestId === requestId && this.isList(at)
    })
    return end < 0 ? undefined : end
  }

  /** Where a deed joins its list: at its own record, or at that of the list that it waited for. */
  private joining(deed: number): { readonly list: number; readonly at: number } | undefined {
    if (this.label(deed) === undefined || this.isLate(deed)) return undefined
    const at = this.isHeld(deed) ? this.endOf(deed) : deed
    if (at === undefined || this.records[at].record?.$case === 'tick') return undefined
    const list = at === deed ? this.listFor(this.event(deed).requestId, deed) : at
    if (list === undefined || actorOf(this.event(list)) !== actorOf(this.event(deed))) return undefined
    const isShown = this.event(list).impression?.items.some(({ itemId }) => itemId === this.event(deed).itemId)
    return isShown ? { list, at } : undefined
  }

  /** All that joined a list before `deed` did. */
  private joinedBefore(deed: number): number[] {
    const own = this.joining(deed)
    return this.offsets.filter((other) => {
      const joining = this.joining(other)
      if (own === undefined || joining?.list !== own.list) return false
      return joining.at < own.at || (joining.at === own.at && other < deed)
    })
  }

  private spoken(deed: number): string[] {
    if (this.label(deed) === undefined || this.isHeld(deed)) return []
    return this.told(deed)
  }

  /** What the deeds that waited for a list say when it comes. */
  private helped(list: number): string[] {
    return this.offsets.filter((deed) => this.isHeld(deed) && this.endOf(deed) === list).flatMap((deed) => this.told(deed))
  }

  private told(deed: number): string[] {
    const { type, itemId } = this.event(deed)
    const said = `${itemId} ${String(this.label(deed))}`
    if (this.joining(deed) === undefined) return [this.spell(deed, [`${said} said`])]
    const isRepeated = this.joinedBefore(deed).some((other) => this.event(other).type === type && this.event(other).itemId === itemId)
    return isRepeated ? [] : [this.spell(deed, [`${said} served`])]
  }

  private endedClicks(): string[] {
    const due = (deed: number): number => this.event(deed).timeMs
    const ended = this.offsets.filter((deed) => this.isHeld(deed) && this.endOf(deed) === this.at)
    return ended.sort((a, b) => due(a) - due(b) || a - b).flatMap((deed) => this.told(deed))
  }

  private closedLists(): string[] {
    const endsMs = (list: number): number => this.event(list).timeMs + this.declared.joinWindowMs
    const isClosing = (list: number): boolean => endsMs(list) > this.watermark(this.at) && endsMs(list) <= this.watermark(this.at + 1)
    const closing = this.offsets.filter((list) => list < this.at && this.isList(list) && isClosing(list))
    return closing.sort((a, b) => endsMs(a) - endsMs(b) || a - b).flatMap((list) => this.ignored(list))
  }

  private ignored(list: number): string[] {
    const answered = this.offsets.flatMap((deed) => {
      const joining = this.joining(deed)
      return joining?.list === list && joining.at < this.at ? [this.event(deed).itemId] : []
    })
    const items = this.event(list).impression?.items ?? []
    const left = items.filter(({ itemId }) => !answered.includes(itemId))
    return left.length === 0
      ? []
      : [
          this.spell(
            list,
            left.map(({ itemId }) => `${itemId} 0 served`),
          ),
        ]
  }

  private spell(of: number, items: readonly string[]): string {
    return `${this.at} ${actorOf(this.event(of))}: ${items.join(', ')}`
  }
}
