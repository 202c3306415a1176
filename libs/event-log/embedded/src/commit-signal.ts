import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { LOCK_FILE } from './lock-file'

/**
 * Tells cheaply whether anybody has committed to an environment since the last look.
 *
 * LMDB publishes the number of the last transaction at the head of its lock file (liblmdb: MDB_txninfo: magic u32, format u32, transaction u64);
 * to read it costs half a microsecond, no reader's slot and, unlike lmdb-js's reads, no timer. As that layout is not ours, every
 * {@link LOOKS_UNTIL_SURE}th look says yes whatever it finds.
 */
export class CommitSignal {
  private readonly path: string
  private readonly file: number
  private readonly head = Buffer.alloc(16)
  private seen = ''
  private looks = 0
  private isClosed = false

  constructor(path: string) {
    this.path = join(path, LOCK_FILE)
    this.file = take(this.path)
  }

  /** True where there may have been a commit since the last look. */
  changed(): boolean {
    readSync(this.file, this.head, 0, this.head.length, 0)
    const found = this.head.toString('latin1')
    const same = found === this.seen
    this.seen = found
    return !same || ++this.looks % LOOKS_UNTIL_SURE === 0
  }

  /** To be called once this thread's handle of the environment is closed. */
  close(): void {
    if (!this.isClosed) giveBack(this.path)
    this.isClosed = true
  }
}

/**
 * The lock files that this thread reads. The system takes the end of any handle on a file for the end of all locks that the process has on it, those
 * of LMDB included, and others would then give away the slots of readers that go on. So a file is closed after this thread's last reader of it
 * alone, and by a worker thread never: the environment may be open in another one (its starter sets `trackUnmanagedFds`, or its end would close it).
 */
const taken = new Map<string, { readonly file: number; readers: number }>()

function take(path: string): number {
  const found = taken.get(path) ?? { file: openSync(path, 'r'), readers: 0 }
  found.readers++
  taken.set(path, found)
  return found.file
}

function giveBack(path: string): void {
  const found = taken.get(path)
  if (found === undefined || --found.readers > 0 || !isMainThread) return
  taken.delete(path)
  closeSync(found.file)
}

const LOOKS_UNTIL_SURE = 50 // a quarter of a second at rest
