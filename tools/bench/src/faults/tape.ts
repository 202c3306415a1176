import { type FileHandle, open } from 'node:fs/promises'
import type { LogRecord, ReadLimit } from '@freshet/event-log'

/** Records of one partition in a file, each found by its offset: what they weigh is the disk's matter. */
export class Tape implements AsyncDisposable {
  private readonly offsets: number[] = []
  private readonly keyBytes: number[] = []
  /** Where each record begins, and where the last one ends. */
  private readonly places: number[] = [0]

  private constructor(private readonly file: FileHandle) {}

  /** A tape without records. */
  static async open(path: string): Promise<Tape> {
    return new Tape(await open(path, 'wx+'))
  }

  /** The offset after that of the last record. */
  get next(): number {
    return (this.offsets.at(-1) ?? -1) + 1
  }

  /** Adds records behind all others, in the order of their offsets. */
  async add(records: readonly LogRecord[]): Promise<void> {
    const keys = records.map(({ key }) => Buffer.from(key))
    const bytes = Buffer.concat(records.flatMap(({ value }, i) => [keys[i], value]))
    await this.file.write(bytes, 0, bytes.byteLength, this.end)
    for (const [i, { offset, value }] of records.entries()) {
      this.offsets.push(offset)
      this.keyBytes.push(keys[i].byteLength)
      this.places.push(this.end + keys[i].byteLength + value.byteLength)
    }
  }

  /** The records from `from` on; empty behind the last one. */
  async read(from: number, { records, bytes = Infinity }: ReadLimit): Promise<LogRecord[]> {
    const { places } = this
    const begin = this.indexOf(from)
    let end = begin
    while (end < this.offsets.length && end - begin < records && (end === begin || places[end + 1] - places[begin] <= bytes)) end++
    const all = Buffer.alloc(places[end] - places[begin])
    if (end > begin) await this.file.read(all, 0, all.byteLength, places[begin])
    return Array.from({ length: end - begin }, (_, i) => {
      const [at, to] = [places[begin + i] - places[begin], places[begin + i + 1] - places[begin]]
      const keyEnd = at + this.keyBytes[begin + i]
      return { offset: this.offsets[begin + i], key: all.toString('utf8', at, keyEnd), value: new Uint8Array(all.subarray(keyEnd, to)) }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
  }

  private get end(): number {
    return this.places[this.places.length - 1]
  }

  /** Where the first record at or behind an offset stands among all. */
  private indexOf(offset: number): number {
    let [low, high] = [0, this.offsets.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.offsets[middle] < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
