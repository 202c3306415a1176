import { hostname } from 'node:os'
import { textOf, utf8, type Clock } from '@freshet/kernel'
import { shareOf, type JoinOptions, type Membership, type Partition } from '@freshet/event-log'
import { openEnvironment, type Environment } from './environment'
import { codeOf, meaningOf } from './failures'
import { Room } from './room'

/** What groups lean on. */
export interface GroupsOptions {
  readonly directory: string
  /** How many partitions a group shares out. */
  readonly partitions: number
  readonly clock: Clock
}

/** The consumer groups of a data directory: who is in, and how far each says it has come. */
export interface Groups extends AsyncDisposable {
  join(group: string, options: JoinOptions): Promise<Membership>
  reported(group: string, of: Partition): Promise<number | undefined>
}

/**
 * Opens the groups that processes of this machine form around a log.
 *
 * Each member writes a heartbeat and looks at the others'; all reckon their shares alike ({@link shareOf}), so nobody leads. For as long as
 * members disagree, two may hold one partition: a store's compared commit is what decides, shares only spread the work.
 * Who was killed is missed at once by its process id, who is silent for other reasons after {@link SILENCE_MS}.
 */
export function openGroups({ directory, partitions, clock }: GroupsOptions): Groups {
  let opened: Shelf | undefined
  const shelf = (): Shelf => (opened ??= new Shelf(directory))
  const here = new Set<Member>()
  return {
    async join(group, options) {
      const member = new Member(new Roll(shelf(), group, clock), options, partitions)
      here.add(member)
      await member.enter()
      for (const other of here) other.look()
      void member.stay(clock)
      return {
        report: (of, position) => shelf().put(positionKey(group, of), MARK, position),
        async [Symbol.asyncDispose]() {
          here.delete(member)
          await member.leave()
          for (const other of here) other.look()
        },
      }
    },

    async reported(group, of) {
      const { database } = shelf()
      database.resetReadTxn()
      return database.getEntry(positionKey(group, of))?.version
    },

    async [Symbol.asyncDispose]() {
      await Promise.all([...here].map((member) => member.leave()))
      await opened?.close()
    },
  }
}

/** Where all groups write. */
class Shelf {
  readonly database: Environment
  private readonly room: Room

  constructor(private readonly directory: string) {
    this.database = openEnvironment(directory)
    this.room = new Room(this.database, directory)
  }

  put(key: Buffer, value: Buffer, version: number): Promise<void> {
    return this.write(key, () => this.database.put(key, value, version))
  }

  remove(key: Buffer): Promise<void> {
    return this.write(key, () => this.database.remove(key))
  }

  async close(): Promise<void> {
    this.room.close()
    await this.database.close()
  }

  /** Asks for the reason where a write fails: one that nobody has asked for ends the process. */
  private async write(key: Buffer, begin: () => Promise<unknown>): Promise<void> {
    this.room.provide([key.length])
    await begin().catch(async (failure: unknown) => {
      throw await meaningOf(failure, this.directory)
    })
  }
}

/** The entries of a group's members: who, since which heartbeat, in which process. */
class Roll {
  constructor(
    private readonly shelf: Shelf,
    private readonly group: string,
    private readonly clock: Clock,
  ) {}

  sign(member: string): Promise<void> {
    const signature = Buffer.from(utf8(`${hostname()} ${process.pid}`))
    return this.shelf.put(this.key(member), signature, this.clock.nowMs())
  }

  strike(member: string): Promise<void> {
    return this.shelf.remove(this.key(member))
  }

  /** The names of those who live, in no order that matters. */
  living(): string[] {
    return this.entries().flatMap(({ name, alive }) => (alive ? [name] : []))
  }

  /** Strikes those who left without a word; whoever is struck though alive signs again. */
  async clean(): Promise<void> {
    await Promise.all(this.entries().flatMap(({ name, alive }) => (alive ? [] : [this.strike(name)])))
  }

  private entries(): { readonly name: string; readonly alive: boolean }[] {
    const { database } = this.shelf
    database.resetReadTxn()
    const start = this.key('')
    const range = { start, end: Buffer.concat([start, END]), versions: true }
    return [...database.getRange(range)].map(({ key, value, version = 0 }) => ({
      name: textOf(key.subarray(start.length)),
      alive: this.clock.nowMs() - version < SILENCE_MS && !isGone(textOf(value)),
    }))
  }

  private key(member: string): Buffer {
    return Buffer.from(`m\0${this.group}\0${member}`)
  }
}

/** One place in a group. */
class Member {
  private readonly left = new AbortController()
  private share = 'none yet'

  constructor(
    private readonly roll: Roll,
    private readonly options: JoinOptions,
    private readonly partitions: number,
  ) {}

  async enter(): Promise<void> {
    await this.roll.clean()
    await this.roll.sign(this.options.member)
  }

  /** Tells the member its share where that has changed. */
  look(): void {
    if (this.left.signal.aborted) return
    const partitions = shareOf(this.options.member, [...new Set([...this.roll.living(), this.options.member])], this.partitions)
    if (this.share === partitions.join()) return
    this.share = partitions.join()
    this.options.onAssigned(partitions)
  }

  /** Looks often, signs now and then, until it leaves. */
  async stay(clock: Clock): Promise<void> {
    let signedMs = clock.nowMs()
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, this.left.signal)
      if (this.left.signal.aborted) return
      if (clock.nowMs() - signedMs >= SIGN_EVERY_MS) {
        signedMs = clock.nowMs()
        void this.roll.sign(this.options.member).catch(() => {}) // a heartbeat that fails is a heartbeat missed
      }
      this.look()
    }
  }

  async leave(): Promise<void> {
    if (this.left.signal.aborted) return
    this.left.abort()
    await this.roll.strike(this.options.member).catch(() => {}) // who cannot say good-bye is missed by its silence, or its process
  }
}

const LOOK_EVERY_MS = 100
const SIGN_EVERY_MS = 1000
const SILENCE_MS = 4000 // four missed heartbeats
const MARK = Buffer.from([1])
const END = Buffer.from([0xff])

const positionKey = (group: string, { topic, partition }: Partition): Buffer => Buffer.from(`p\0${group}\0${topic}\0${partition}`)

/** True where the writer's process was one of this machine's and is no more; of other hosts only their silence tells. */
function isGone(signature: string): boolean {
  const [host, pid] = signature.split(' ')
  if (host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}
