import { type JournalState, readJournal } from '@freshet/follow'
import { isFreshetError } from '@freshet/kernel'
import type { Host } from '../host'
import type { House } from '../house'
import { spellFold } from '../journal-watch'

const RETRY_MS = 100
const REBOOT_MS = 300

/** A ranker's machine, as far as the journal goes: follows it, from its beginning or from a version's fold, and is held to everybody's fold. */
export class ReaderRole {
  readonly host: Host
  /** The next record to read. */
  position = 0

  constructor(
    private readonly house: House,
    name: string,
  ) {
    this.host = house.host(name, (host) => host.tellNext(REBOOT_MS, 'reboots', () => this.boot()))
  }

  boot(): void {
    this.host.boot()
    void this.follow()
  }

  private async follow(): Promise<void> {
    const { host, house } = this
    const { log, shelf } = house.engines(host)
    const { signal } = new AbortController()
    for (;;) {
      try {
        const newest = (await shelf.list()).at(-1)
        const state = newest && (JSON.parse((await shelf.load(newest.name)).contents.documents['journal.json']) as JournalState)
        for await (const folded of readJournal(log, newest?.journalOffset ?? 0, { signal, state }))
          this.compare(folded.offset, folded.state)
      } catch (error) {
        if (isFreshetError(error) && error.code !== 'CORRUPT') house.trouble(host.name, error)
        await host.clock.sleep(RETRY_MS)
      }
    }
  }

  private compare(offset: number, state: JournalState): void {
    this.position = offset + 1
    const expected = this.house.journal.spelled[offset]
    const own = spellFold(state)
    if (own !== expected) this.house.violate(`${this.host.name} folds record ${offset} of the journal to '${own}', others to '${expected}'`)
  }
}
