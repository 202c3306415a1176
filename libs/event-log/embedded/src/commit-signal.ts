import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { LOCK_FILE } from './lock-file'

/**
 * Tells cheaply whether anybody has committed to an environment since the last look.
 *
 * LMDB publishes the number of the last transaction at the head of its lock file (liblmdb: MDB_txninfo: magic u32, format u32, transaction u64);
 * to read it costs half a microsecond, no reader's slot and, unlike lmdb-js's reads, no timer. As that layout is not ours, every
 * {@link LOOKS_UNTIL_SURE}th look says yes whatever it finds.
 */
export class CommitSignal {
  private readonly file: number
  private readonly head = Buffer.alloc(16)
  private seen = ''
  private looks = 0

  constructor(path: string) {
    this.file = openSync(join(path, LOCK_FILE), 'r')
  }

  /** True where there may have been a commit since the last look. */
  changed(): boolean {
    readSync(this.file, this.head, 0, this.head.length, 0)
    const found = this.head.toString('latin1')
    const same = found === this.seen
    this.seen = found
    return !same || ++this.looks % LOOKS_UNTIL_SURE === 0
  }

  close(): void {
    closeSync(this.file)
  }
}

const LOOKS_UNTIL_SURE = 50 // a quarter of a second at rest
