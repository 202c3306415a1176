import { utf8 } from '@freshet/kernel'

/**
 * Writes protocol buffer messages, field by field, in the order of the calls: equal calls give equal bytes.
 *
 * wire    tag = field << 3 | type;  type 0: varint,  2: length and bytes,  5: four bytes
 * source  protobuf.dev, Encoding
 */
export class MessageWriter {
  private readonly parts: Uint8Array[] = []

  /** A whole number ≥ 0. */
  int(field: number, value: number): this {
    return this.push(varint(field << 3), varint(value))
  }

  /** Four bytes, the lowest first. */
  float(field: number, value: number): this {
    const bytes = new DataView(new ArrayBuffer(4))
    bytes.setFloat32(0, value, true)
    return this.push(varint((field << 3) | 5), new Uint8Array(bytes.buffer))
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8(value))
  }

  bytes(field: number, value: Uint8Array): this {
    return this.push(varint((field << 3) | 2), varint(value.length), value)
  }

  /** A message inside this one. */
  message(field: number, write: (inner: MessageWriter) => unknown): this {
    const inner = new MessageWriter()
    write(inner)
    return this.bytes(field, inner.finish())
  }

  finish(): Uint8Array {
    return Buffer.concat(this.parts)
  }

  private push(...parts: Uint8Array[]): this {
    this.parts.push(...parts)
    return this
  }
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Uint8Array.of(...bytes, rest)
}
