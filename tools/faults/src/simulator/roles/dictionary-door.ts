import type { DictionaryChange } from '@freshet/contracts'
import { compileDictionary, type Dictionary, meaningOf } from '@freshet/features'
import type { EventTypes, Intake } from '@freshet/intake'
import { DICTIONARIES, type EventLog } from '@freshet/event-log'
import { enterDictionary, readDictionaries } from '@freshet/service/dictionaries'
import { dictionary } from '../dictionaries'
import type { Host } from '../host'
import type { House } from '../house'

const RETRY_MS = 30

/** What a front door does about dictionaries, as the service does it: takes the types of the one that holds, tells a change again after a start, and sets others. */
export class DictionaryDoor {
  private current: Dictionary = dictionary
  private number = 0

  constructor(
    private readonly house: House,
    private readonly host: Host,
    private readonly log: EventLog,
  ) {}

  /** The one whose types of events are taken now. */
  get holds(): Dictionary {
    return this.current
  }

  /** The types of the moment. */
  types(): EventTypes {
    const names = (): string[] => [...this.current.meanings.keys()]
    return {
      dictionary: dictionary.name,
      get names() {
        return names()
      },
      meaningOf: (type) => meaningOf(this.current, type),
    }
  }

  /** Tells the last change again, and follows those to come. */
  async open(intake: Intake): Promise<void> {
    const { last } = await readDictionaries(this.log, dictionary)
    if (last) await this.take(intake, last)
    void this.follow(intake)
  }

  /** Sets the next of those that somebody wants, until it is acknowledged. */
  async set(intake: Intake, { text }: Dictionary): Promise<void> {
    const { house, host } = this
    for (;;) {
      try {
        const change = await enterDictionary(this.log, dictionary, text)
        const offsets = await this.take(intake, change)
        return void house.dictionariesSet.push({ change, offsets })
      } catch (error) {
        house.trouble(host.name, error)
        await host.clock.sleep(RETRY_MS)
      }
    }
  }

  /** Once every partition has been told of it from here: who entered it may have died before he had, or be slow. */
  private async take(intake: Intake, change: DictionaryChange): Promise<readonly number[]> {
    const offsets = await intake.changeDictionary(change)
    if (change.number <= this.number) return offsets // what was read before another was set is heard of after it
    this.number = change.number
    this.current = compileDictionary(change.text)
    return offsets
  }

  /** Another door may set one: its types are taken from then on. */
  private async follow(intake: Intake): Promise<void> {
    const { log, host, house } = this
    const { signal } = new AbortController()
    for (;;) {
      try {
        const { last, next } = await readDictionaries(log, dictionary)
        if (last && last.number > this.number) await this.take(intake, last)
        await log.grown(DICTIONARIES, next, signal)
      } catch (error) {
        house.trouble(host.name, error)
        await host.clock.sleep(RETRY_MS)
      }
    }
  }
}
