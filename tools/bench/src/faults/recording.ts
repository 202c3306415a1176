import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type EventLog, type Partition, TOPICS } from '@freshet/event-log'
import { type Clock, isFreshetError, PreconditionError } from '@freshet/kernel'
import { Tape } from './tape'
import { Track } from './track'

/** What is recorded, and where to. */
export interface RecordingScope {
  readonly log: EventLog
  readonly clock: Clock
  /** A folder for its files; it must not exist. */
  readonly directory: string
}

const RETRY_MS = 100

/**
 * All that a log ever held, of every topic, whatever has been trimmed since: it reads along from the first record, through whatever happens to the log, and
 * lets nothing pass unseen. Where something was trimmed before it could be read, there is nothing to judge by any more.
 */
export class Recording implements AsyncDisposable {
  /** Never resolves while this records; rejects with CorruptError as soon as something has been missed. */
  readonly whole: Promise<unknown>
  private readonly over = new AbortController()

  private constructor(
    private readonly scope: RecordingScope,
    private readonly tracks: ReadonlyMap<string, Track>,
  ) {
    this.whole = Promise.all([...tracks.values()].map((track) => this.follow(track)))
    this.whole.catch(() => undefined) // thrown to whoever waits for it, and to who reads
  }

  /** Begins to read along. */
  static async begin(scope: RecordingScope): Promise<Recording> {
    const { log, directory } = scope
    mkdirSync(directory, { recursive: true })
    const tracks = new Map<string, Track>()
    for (const topic of Object.values(TOPICS))
      for (let partition = 0; partition < log.partitions(topic); partition++) {
        const of = { topic, partition }
        tracks.set(nameOf(of), new Track({ log, of, tape: await Tape.open(join(directory, `${topic}-${partition}`)) }))
      }
    return new Recording(scope, tracks)
  }

  /** The log as it would be had nothing of it been trimmed; it takes no records. Whoever reads to its end has what the log has by then. */
  get log(): EventLog {
    const { log } = this.scope
    const refuse = (): Promise<never> => Promise.reject(new PreconditionError('a recording only reads', 'ask the log itself'))
    return {
      partitions: (topic) => log.partitions(topic),
      ...{ append: refuse, appendIf: refuse, trim: refuse, join: refuse },
      first: () => Promise.resolve(0),
      read: async (of, ...asked) => this.trackOf(of).read(...asked),
      next: async (of) => this.trackOf(of).end(),
      grown: (...asked) => log.grown(...asked),
      reported: (...asked) => log.reported(...asked),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }

  /** How many records that the log should hold still it does not, or otherwise than they were when they were read. */
  async altered(): Promise<number> {
    const each = await Promise.all([...this.tracks.values()].map((track) => track.altered()))
    return each.reduce((sum, count) => sum + count)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over.abort()
    await this.whole.catch(() => undefined)
    await Promise.all([...this.tracks.values()].map((track) => track[Symbol.asyncDispose]()))
  }

  private async follow(track: Track): Promise<void> {
    const { log, clock } = this.scope
    const signal = AbortSignal.any([this.over.signal]) // one of its own: each waits for it at every turn
    while (!signal.aborted) {
      try {
        await track.pull()
        await log.grown(track.of, track.next, signal)
      } catch (error) {
        if (isFreshetError(error) && error.code === 'CORRUPT') throw error
        await clock.sleep(RETRY_MS, signal) // a log that is away comes back
      }
    }
  }

  private trackOf(of: Partition): Track {
    const track = this.tracks.get(nameOf(of))
    if (track) return track
    throw new PreconditionError(`${nameOf(of)} is not recorded`, 'ask for a partition of one of the topics')
  }
}

const nameOf = ({ topic, partition }: Partition): string => `${topic}/${partition}`
