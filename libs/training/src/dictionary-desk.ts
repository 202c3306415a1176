import { Configure, DictionaryChange } from '@freshet/contracts'
import { DICTIONARIES, type EventLog } from '@freshet/event-log'
import { compileDictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import { declareModelSet } from '@freshet/model'
import type { ToolSource } from './line-dictionaries'
import type { TrainingLine } from './training-line'

/** What the desk works with. */
export interface DictionaryDeskTools {
  readonly log: Pick<EventLog, 'first' | 'next' | 'read'>
  readonly clock: Clock
  /** How often the log is asked for another dictionary, where no example speaks of one. */
  readonly everyMs: number
  readonly toolsOf: NonNullable<ToolSource['toolsOf']>
}

/** Where an owner takes dictionaries into the model: each at a step of its own record, before the first example of it is cut. */
export class DictionaryDesk {
  private next: number | undefined
  private lookedMs: number
  /** Of examples, and in no record: nobody waits for them. */
  private readonly strangers = new Set<string>()

  constructor(
    private readonly line: TrainingLine,
    private readonly tools: DictionaryDeskTools,
  ) {
    this.lookedMs = -tools.everyMs
  }

  /** True where it is time to look. */
  get isDue(): boolean {
    return this.isAwaited || this.tools.clock.monotonicMs() - this.lookedMs >= this.tools.everyMs
  }

  /** True where an example that waits is of a dictionary which the model does not know yet. */
  get isAwaited(): boolean {
    const { dictionaries } = this.line.source
    for (const hash of dictionaries) if (hash !== '' && !this.strangers.has(hash) && !this.isKnown(hash)) return true
    return false
  }

  /**
   * Looks for dictionaries that were entered since, and records for each that it holds from the next step on. `settle` brings the journal to
   * where every cut has its result.
   */
  async takeIn(settle: () => Promise<void>): Promise<void> {
    const { desk, source } = this.line
    this.lookedMs = this.tools.clock.monotonicMs()
    for (const { number, hash, text } of await this.entered()) {
      const { layout, declared } = compileDictionary(text)
      const model = declareModelSet(layout, declared.model).canonical
      await this.tools.toolsOf(model) // what takes long comes before anything waits for it
      await settle()
      const change = { effectiveStep: desk.state.step + 1, dictionaryNumber: number, dictionaryHash: hash, dictionaryText: text, model }
      await desk.append({ $case: 'configure', configure: Configure.create(change) })
    }
    for (const hash of source.dictionaries) if (!this.isKnown(hash)) this.strangers.add(hash)
  }

  /** The changes beyond the last that the journal has, in order. */
  private async entered(): Promise<readonly DictionaryChange[]> {
    const { log } = this.tools
    this.next ??= await log.first(DICTIONARIES)
    const end = await log.next(DICTIONARIES)
    const changes: DictionaryChange[] = []
    while (this.next < end) {
      const records = await log.read(DICTIONARIES, this.next, { records: RECORDS })
      changes.push(...records.map(({ value }) => DictionaryChange.decode(value)))
      this.next = records.length === 0 ? end : records[records.length - 1].offset + 1
    }
    const last = this.line.desk.state.dictionaries?.at(-1)?.dictionaryNumber ?? 0
    return changes.filter(({ number }) => number > last)
  }

  private isKnown(hash: string): boolean {
    const { genesis, dictionaries = [] } = this.line.desk.state
    return hash === genesis?.dictionaryHash || dictionaries.some(({ dictionaryHash }) => dictionaryHash === hash)
  }
}

const RECORDS = 64
