import { JournalRecord } from '@freshet/contracts'
import type { LogRecord } from '@freshet/event-log'
import { foldJournal, type JournalState, startFold } from '@freshet/follow'
import { PARTITIONS } from './shop'
import type { Met } from './tally'

/** Reads the journal as it grows, as nobody of the house can: at once and from the first record on. */
export class JournalWatch {
  state: JournalState = startFold()
  /** The fold after each record, by its offset. */
  readonly spelled: string[] = []
  /** By partition of `examples`: where the next cut has to begin. */
  readonly cutTo = new Array<number>(PARTITIONS).fill(0)
  private readonly owners = new Map<number, string>()

  constructor(
    private readonly violate: (rule: string) => void,
    private readonly met: Met,
  ) {}

  /** Folds a record, and holds what is valid to rules of its own. */
  take({ offset, value }: LogRecord): void {
    const record = JournalRecord.decode(value)
    const before = this.state
    const { state, verdict } = foldJournal(before, record, offset)
    this.state = state
    this.spelled.push(spellFold(state))
    if (verdict === 'void')
      return this.violate(`the record at ${offset} of the journal is void, and who appends there has read all before it`)
    if (state.epoch < before.epoch) this.violate(`the epoch went back from ${before.epoch} to ${state.epoch} at ${offset}`)
    this.own(state, offset)
    this.count(before, record)
    if (record.record?.$case === 'cut') this.cut(record, offset)
  }

  private count({ grantedTo }: JournalState, { record, owner }: JournalRecord): void {
    if (record?.$case === 'cut') this.met('cuts')
    else if (record?.$case === 'result') this.met('rows_gone', record.result.goneIds.length / 8)
    else if (record?.$case === 'grant') this.met('grants')
    else if (record?.$case === 'claim') this.met('claims')
    if (record?.$case === 'claim' && grantedTo !== undefined && grantedTo !== owner) this.met('declines')
  }

  private own({ epoch, owner }: JournalState, offset: number): void {
    const known = this.owners.get(epoch)
    if (known !== undefined && known !== owner) this.violate(`epoch ${epoch} has two owners at ${offset}: ${known} and ${owner}`)
    this.owners.set(epoch, owner)
  }

  /** A valid cut begins where the last one ended, in every partition, and is its epoch's owner's. */
  private cut({ record, epoch, owner }: JournalRecord, offset: number): void {
    if (this.owners.get(epoch) !== owner)
      this.violate(`the cut at ${offset} is by ${owner}, and epoch ${epoch} is ${this.owners.get(epoch)}'s`)
    if (record?.$case !== 'cut') return
    for (const { partition, from, to } of record.cut.ranges) {
      if (from !== this.cutTo[partition])
        this.violate(`the cut at ${offset} begins at ${from} in partition ${partition}, not at ${this.cutTo[partition]}`)
      this.cutTo[partition] = to
    }
  }
}

/** A fold in a line: readers that stand at the same record have the same. */
export const spellFold = ({ epoch, owner, step, resultStep, chain, lastOffset, grantedTo = '', voids }: JournalState): string =>
  [epoch, owner, step, resultStep, chain, lastOffset, grantedTo, voids].join(' ')
