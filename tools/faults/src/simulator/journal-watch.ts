import { type Cut, JournalRecord, type Result } from '@freshet/contracts'
import type { LogRecord } from '@freshet/event-log'
import { foldJournal, type JournalState, startFold } from '@freshet/follow'
import { knownModelSet } from './line-tools'
import { PARTITIONS } from './shop'
import type { Met } from './tally'

/** Reads the journal as it grows, as nobody of the house can: at once and from the first record on. */
export class JournalWatch {
  state: JournalState = startFold()
  /** The fold after each record, by its offset. */
  readonly spelled: string[] = []
  /** By partition of `examples`: where the next cut has to begin. */
  readonly cutTo = new Array<number>(PARTITIONS).fill(0)
  /** Every valid cut, void ones too. */
  readonly cuts: Cut[] = []
  /** By step of a void cut: where the journal says so. */
  readonly voided = new Map<number, number>()
  /** Examples that results say were left out, each with its step. */
  readonly leftOut = new Map<string, number>()
  /** Since the last whole result, or the last grant: how many processes may have ended at the first cut without one. */
  private claims = 0
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
    else if (record.record?.$case === 'result') this.result(record.record.result, offset)
    else if (record.record?.$case === 'voidCut') this.void(record.record.voidCut.step, offset)
    else if (record.record?.$case === 'claim') this.claims++
    else if (record.record?.$case === 'grant') this.claims = 0
  }

  private count({ grantedTo }: JournalState, { record, owner }: JournalRecord): void {
    if (record?.$case === 'cut') this.met('cuts')
    else if (record?.$case === 'result') this.met('rows_gone', record.result.goneIds.length / 8)
    else if (record?.$case === 'grant') this.met('grants')
    else if (record?.$case === 'claim') this.met('claims')
    else if (record?.$case === 'voidCut') this.met('cuts_voided')
    else if (record?.$case === 'configure') this.met('dictionary_changes')
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
    this.cuts.push(record.cut)
    for (const { partition, from, to } of record.cut.ranges) {
      if (from !== this.cutTo[partition])
        this.violate(`the cut at ${offset} begins at ${from} in partition ${partition}, not at ${this.cutTo[partition]}`)
      this.cutTo[partition] = to
    }
  }

  /** Whoever reads by value has turned to the dictionary that holds: dense parameters are of its model. */
  private result({ continues, skips, denseLength }: Result, offset: number): void {
    const model = this.state.dictionaries?.at(-1)?.model ?? this.state.genesis?.model
    if (denseLength > 0 && model !== undefined && knownModelSet(model).parameterCount !== denseLength)
      this.violate(`the result at ${offset} has ${denseLength} dense parameters, which are not those of the dictionary that holds`)
    if (continues) return
    this.claims = 0
    this.met('examples_left_out', skips.length)
    for (const skip of skips) this.leftOut.set(spellExample(skip), skip.step)
  }

  private void(step: number, offset: number): void {
    if (this.claims < DEATHS) this.violate(`step ${step} is void by ${offset}, and ${this.claims} processes may have ended at it`)
    this.voided.set(step, offset)
  }
}

/** An example of a group, as results name it. */
export const spellExample = (at: { partition: number; sourceOffset: number; ordinal: number; item: number }): string =>
  `${at.partition}/${at.sourceOffset}.${at.ordinal}.${at.item}`

/** A fold in a line: readers that stand at the same record have the same. */
export function spellFold({ epoch, owner, step, resultStep, chain, lastOffset, grantedTo = '', voids, ...rest }: JournalState): string {
  const { voidSteps, deaths, dictionaries = [] } = rest
  const others = [voidSteps.join('+'), deaths?.step, deaths?.count, dictionaries.at(-1)?.dictionaryHash, dictionaries.length]
  return [epoch, owner, step, resultStep, chain, lastOffset, grantedTo, voids, ...others].join(' ')
}

const DEATHS = 3 // of owners, before a cut is void
