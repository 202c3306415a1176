import fc from 'fast-check'
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

  it('looks at no byte beyond the last whole number', () => {
    expect(uint32Of(Uint8Array.of(1, 0, 0, 0, 2, 0, 0))).toEqual(Uint32Array.of(1))
    expect(float32Of(new Uint8Array(3))).toHaveLength(0)
  })

  it('gives numbers back wherever their bytes begin, whatever they are', () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 6 }), fc.nat(7), (floats, before) => {
        const file = new Uint8Array(before + floats.byteLength)
        file.set(bytesOf(floats), before)
        const behind = file.subarray(before)
        expect(bytesOf(float32Of(behind))).toEqual(bytesOf(floats))
        expect(uint32Of(behind)).toEqual(new Uint32Array(floats.slice().buffer))
      }),
    )
  })

  it.each(['Ürün 🛒', '', '\u0000', '\ufeffuser', 'line\u2028line'])('gives a text back: %j', (text) => {
    expect(textOf(utf8(text))).toBe(text)
  })

  it('gives any text back that UTF-8 can say', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(textOf(utf8(text))).toBe(text)))
  })
})
