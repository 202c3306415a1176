/** A request of ours, as kafkajs's connections send them. */
export interface WireRequest<T> {
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    /** The body, in a box as kafkajs's encoders are one. */
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>
  }
  readonly response: {
    decode(body: Buffer): Promise<T>
    parse(decoded: T): Promise<T>
  }
}

/** What a request of ours says, and what its answer comes to. */
export interface WireParts<T> {
  readonly apiKey: number
  readonly apiVersion: number
  readonly apiName: string
  encode(): Promise<Buffer>
  decode(body: Buffer): Promise<T>
}

/** A request that kafkajs sends as it sends its own. */
export function wireRequest<T>({ apiKey, apiVersion, apiName, encode, decode }: WireParts<T>): WireRequest<T> {
  return {
    request: {
      ...{ apiKey, apiVersion, apiName },
      async encode() {
        const buffer = await encode()
        return { buf: buffer, buffer }
      },
    },
    response: { decode, parse: async (decoded) => decoded },
  }
}

/** 32-bit numbers, one after another. */
export function int32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length)
  values.forEach((value, i) => bytes.writeInt32BE(value, 4 * i))
  return bytes
}

/** A text after its length. */
export function textOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(2 + Buffer.byteLength(text))
  bytes.writeInt16BE(bytes.length - 2, 0)
  bytes.write(text, 2)
  return bytes
}

/** `items` by topic, each topic with its list, as requests have them. */
export function listsByTopic<T>(
  items: readonly T[],
  topicOf: (item: T) => string,
  encode: (item: T) => readonly Buffer[],
): readonly Buffer[] {
  const topics = new Map<string, T[]>()
  for (const item of items) {
    const others = topics.get(topicOf(item))
    if (others) others.push(item)
    else topics.set(topicOf(item), [item])
  }
  return [int32s(topics.size), ...[...topics].flatMap(([topic, of]) => [textOf(topic), int32s(of.length), ...of.flatMap(encode)])]
}

/** Reads an answer, number by number. */
export class Cursor {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
  ) {}

  int16(): number {
    return this.bytes.readInt16BE((this.at += 2) - 2)
  }

  int32(): number {
    return this.bytes.readInt32BE((this.at += 4) - 4)
  }

  /** A number that is known to be a safe integer. */
  int64(): number {
    return Number(this.bytes.readBigInt64BE((this.at += 8) - 8))
  }

  text(): string {
    const length = this.int16()
    return this.bytes.toString('utf8', this.at, (this.at += length))
  }

  /** Bytes after their length; none where that is negative. */
  sized(): Buffer {
    const length = Math.max(0, this.int32())
    return this.bytes.subarray(this.at, (this.at += length))
  }

  /** Passes over so many bytes. */
  skip(count: number): void {
    this.at += Math.max(0, count)
  }
}
