import type { DictionaryChange } from '@freshet/contracts'
import { DICTIONARIES } from '@freshet/event-log'
import { compileDictionary, meaningOf, type Dictionary } from '@freshet/features'
import { openIntake, type EventTypes, type Intake } from '@freshet/intake'
import { UnavailableError } from '@freshet/kernel'
import { enterDictionary, readDictionaries, RUNTIME, watchDiskSpace, type DiskSpace, type Runtime } from '@freshet/service'
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common'

/** The dictionary that holds from now on, and from where. */
export interface DictionarySet {
  readonly hash: string
  readonly number: number
  /** By partition of `events`; empty where the first one holds still. */
  readonly offsets: readonly number[]
}

const RETRY_MS = 1000

/** Keeps the front door open, and its clock ticking, for as long as the application runs. */
@Injectable()
export class IngestService implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  /** The room that what is accepted may take. */
  readonly disk: DiskSpace
  private opened: Intake | undefined
  private dictionary: Dictionary | undefined
  /** The number of the change that brought it; 0 for the first one. */
  private number = 0
  private ticking: Promise<void> = Promise.resolve()
  private following: Promise<void> = Promise.resolve()
  private readonly stop = new AbortController()

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {
    const { directory, clock, config } = runtime
    this.disk = watchDiskSpace({ directory, clock, freeBytesMin: config.diskFreeBytesMin })
  }

  /** Throws UnavailableError before the application has started. */
  get intake(): Intake {
    if (!this.opened) throw new UnavailableError('ingest', 'it is starting; send this again in a second')
    return this.opened
  }

  async onModuleInit(): Promise<void> {
    const { log, clock, config, dictionary, firstDictionary } = this.runtime
    const { futureMsMax } = config.ingest
    this.dictionary = dictionary
    const settings = { futureMsMax, messageBytesMax: config.messageBytesMax }
    this.opened = await openIntake({ log, clock, types: this.types(), settings, assertSpace: () => this.disk.assertSpace() })
    const { last } = await readDictionaries(log, firstDictionary)
    if (last) await this.take(last)
  }

  /** Lets another dictionary hold from here on. Throws what `enterDictionary` throws, and then nothing has changed. */
  async setDictionary(text: string): Promise<DictionarySet> {
    const { log, firstDictionary } = this.runtime
    const change = await enterDictionary(log, firstDictionary, text)
    const offsets = change.number === 0 ? [] : await this.take(change)
    return { hash: change.hash, number: change.number, offsets }
  }

  /** Takes the types of another dictionary once every partition has been told of it from here: who entered it may have died before he had, or be slow. */
  private async take(change: DictionaryChange): Promise<readonly number[]> {
    const offsets = await this.intake.changeDictionary(change)
    if (change.number <= this.number) return offsets // what was read before another was set is heard of after it
    this.number = change.number
    this.dictionary = compileDictionary(change.text)
    return offsets
  }

  /** The types of the dictionary of the moment. */
  private types(): EventTypes {
    const current = (): Dictionary => this.dictionary ?? this.runtime.dictionary
    return {
      dictionary: current().name,
      get names() {
        return [...current().meanings.keys()]
      },
      meaningOf: (type) => meaningOf(current(), type),
    }
  }

  onApplicationBootstrap(): void {
    const { logger } = this.runtime
    this.ticking = this.intake
      .run(this.stop.signal)
      .catch((error: unknown) => logger.error({ err: error }, 'the clock of ingest stands still'))
    this.following = this.follow()
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort()
    await Promise.all([this.ticking, this.following])
  }

  /** Another process may set a dictionary: its types of events are taken from then on. */
  private async follow(): Promise<void> {
    const { log, clock, logger, firstDictionary } = this.runtime
    const { signal } = this.stop
    while (!signal.aborted) {
      try {
        const { last, next } = await readDictionaries(log, firstDictionary)
        if (last && last.number > this.number) await this.take(last)
        await log.grown(DICTIONARIES, next, signal)
      } catch (error) {
        logger.warn({ err: error }, 'the dictionaries of the log cannot be read; trying again')
        await clock.sleep(RETRY_MS, signal)
      }
    }
  }
}
