/** The bytes that a typed array covers, without a copy. */
export const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

/** Float32 values from little-endian bytes; copies only where the bytes are not aligned. */
export function float32Of(bytes: Uint8Array): Float32Array {
  const at = aligned(bytes)
  return new Float32Array(at.buffer, at.byteOffset, at.byteLength >>> 2)
}

/** Uint32 values from little-endian bytes; copies only where the bytes are not aligned. */
export function uint32Of(bytes: Uint8Array): Uint32Array {
  const at = aligned(bytes)
  return new Uint32Array(at.buffer, at.byteOffset, at.byteLength >>> 2)
}

/** The UTF-8 bytes of a text. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** The text of UTF-8 bytes. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true }) // a text may begin with U+FEFF: it stays there
/** A copy by construction: `slice` of a Buffer would be a view of the same, unaligned bytes. */
const aligned = (bytes: Uint8Array): Uint8Array => (bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes))
