import { bytesOf, float32Of, textOf, uint32Of, utf8 } from './index'

describe('bytes', () => {
  it('sees an array’s bytes, and bytes as an array, without a copy where they are aligned', () => {
    const floats = Float32Array.of(0, 1.5, -2).subarray(1)
    expect(bytesOf(floats)).toHaveLength(8)
    expect(float32Of(bytesOf(floats)).buffer).toBe(floats.buffer)
    expect(float32Of(bytesOf(floats))).toEqual(floats)
  })

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['a Uint8Array', (bytes) => bytes],
    ['a Buffer, whose slice is no copy', (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)],
  ])('copies %s that is not aligned', (_, as) => {
    const shifted = new Uint8Array(9)
    shifted.set(bytesOf(Uint32Array.of(7, 4294967295)), 1)
    expect(uint32Of(as(shifted.subarray(1)))).toEqual(Uint32Array.of(7, 4294967295))
    expect(float32Of(as(shifted.subarray(1)))).toHaveLength(2)
  })

  it('gives a text back', () => {
    expect(textOf(utf8('Ürün 🛒'))).toBe('Ürün 🛒')
  })
})
