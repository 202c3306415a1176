import type { LogRecord } from '@freshet/event-log'

/** The records of one fetch: all that a partition has from `from` on, below `to`. */
export interface Chunk {
  readonly from: number
  readonly to: number
  readonly records: readonly LogRecord[]
  readonly bytes: number
}

/**
 * What was fetched lately, for all readers of a process; the longest unread goes first.
 * What is found here is not stale while its broker is there: a record, once durable, stays what it is. One that went away may come back as it was earlier, so
 * that whoever notices forgets all.
 */
export class ChunkCache {
  private readonly shelves = new Map<string, Chunk[]>()
  private readonly byUse = new Map<Chunk, string>()
  private bytes = 0

  constructor(private readonly bytesMax: number) {}

  /** The chunk of a partition that covers an offset. */
  find(name: string, offset: number): Chunk | undefined {
    const chunk = this.shelves.get(name)?.find(({ from, to }) => from <= offset && offset < to)
    if (chunk) this.touch(name, chunk)
    return chunk
  }

  put(name: string, chunk: Chunk): void {
    if (chunk.to === chunk.from || this.find(name, chunk.from)?.to === chunk.to) return
    const shelf = this.shelves.get(name) ?? []
    this.shelves.set(name, shelf)
    shelf.unshift(chunk) // the newest is asked for most
    this.touch(name, chunk)
    this.bytes += chunk.bytes
    for (const [oldest, owner] of this.byUse) {
      if (this.bytes <= this.bytesMax || oldest === chunk) break
      this.drop(owner, oldest)
    }
  }

  /** Forgets everything: a broker was away. */
  clearAll(): void {
    this.shelves.clear()
    this.byUse.clear()
    this.bytes = 0
  }

  /** Forgets a partition: what is there now may not be what was. */
  clear(name: string): void {
    for (const chunk of [...(this.shelves.get(name) ?? [])]) this.drop(name, chunk)
  }

  private touch(name: string, chunk: Chunk): void {
    this.byUse.delete(chunk)
    this.byUse.set(chunk, name)
  }

  private drop(name: string, chunk: Chunk): void {
    const shelf = this.shelves.get(name) ?? []
    shelf.splice(shelf.indexOf(chunk), 1)
    this.byUse.delete(chunk)
    this.bytes -= chunk.bytes
  }
}

/** What a read has taken so far, and what it may take. */
export class Taking {
  readonly records: LogRecord[] = []
  private bytes = 0

  constructor(
    private readonly recordsMax: number,
    private readonly bytesMax: number,
  ) {}

  /** Takes the chunk's records from `offset` on; true once a bound is met. */
  takeFrom({ records }: Chunk, offset: number): boolean {
    for (let i = firstAt(records, offset); i < records.length; i++) {
      if (this.records.length >= this.recordsMax) return true
      this.bytes += records[i].value.byteLength
      if (this.bytes > this.bytesMax && this.records.length > 0) return true
      this.records.push(records[i])
    }
    return this.records.length >= this.recordsMax
  }
}

/** The place of the first record at or beyond `offset`, by halving. */
function firstAt(records: readonly LogRecord[], offset: number): number {
  let [low, high] = [0, records.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (records[middle].offset < offset) low = middle + 1
    else high = middle
  }
  return low
}
