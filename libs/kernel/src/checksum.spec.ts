import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { bytesOf, CHECKSUM_START, checksum64, checksumBytes, checksumOf, spellChecksum, utf8, type Checksum64 } from './index'

const over = (...pieces: readonly Uint8Array[]): Checksum64 => pieces.reduce(checksum64, CHECKSUM_START)
const bytes = (max = 24) => fc.uint8Array({ minLength: 1, maxLength: max })

describe('a running checksum', () => {
  it('continues the CRC-32 of all bytes in its lower word', () => {
    expect(over(utf8('123456789')).lo).toBe(0xcbf43926) // the check value of CRC-32 (ISO-HDLC)
    fc.assert(
      fc.property(fc.array(bytes()), (pieces) => {
        expect(over(...pieces).lo).toBe(crc32(Buffer.concat(pieces)))
      }),
    )
  })

  it('has the bits that versions and journals have on disks', () => {
    expect(spellChecksum(over(utf8('freshet'), utf8('is a store of rows')))).toBe('de19ca93d4a5d2a3')
  })

  it('tells in its upper word how the bytes were cut into pieces, and that there was an empty one', () => {
    const [whole, cut] = [over(utf8('abcdef')), over(utf8('abc'), utf8('def'))]
    expect(cut.lo).toBe(whole.lo)
    expect(cut.hi).not.toBe(whole.hi)
    expect(over(utf8('abcdef'), utf8('')).hi).not.toBe(whole.hi)
  })

  it('differs in both words wherever one bit differed, in any piece', () => {
    fc.assert(
      fc.property(fc.array(bytes(), { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(), (pieces, which, bit) => {
        const at = which % pieces.length
        const flipped = pieces.map((piece, i) => (i === at ? withFlipped(piece, bit % (8 * piece.length)) : piece))
        const [before, after] = [over(...pieces), over(...flipped)]
        expect([before.lo === after.lo, before.hi === after.hi]).toEqual([false, false])
      }),
    )
  })

  it('takes an empty piece for the same wherever its memory is, and keeps what came before it', () => {
    const empties = [new Uint8Array(0), utf8(''), new Uint8Array(new ArrayBuffer(0)), Buffer.from(''), utf8('abc').subarray(3)]
    const [before, ...after] = [over(utf8('abc')), ...empties.map((empty) => over(utf8('abc'), empty))]
    for (const checksum of after) expect(checksum).toEqual({ lo: before.lo, hi: after[0].hi })
  })

  it('depends on the order of its pieces', () => {
    expect(over(utf8('ab'), utf8('cd'))).not.toEqual(over(utf8('cd'), utf8('ab')))
  })

  it('sees what a typed array covers, wherever that lies', () => {
    const floats = Float32Array.of(9, 1.5, -2, 9)
    expect(over(bytesOf(floats.subarray(1, 3)))).toEqual(over(bytesOf(Float32Array.of(1.5, -2))))
  })
})

describe('a checksum at rest', () => {
  it('is eight bytes, little-endian, the lower word first', () => {
    expect([...checksumBytes({ lo: 0x04030201, hi: 0x88776655 })]).toEqual([1, 2, 3, 4, 0x55, 0x66, 0x77, 0x88])
  })

  it('is found again, also behind other bytes', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(5), (lo, hi, before) => {
        const file = new Uint8Array(before + 8)
        file.set(checksumBytes({ lo, hi }), before)
        expect(checksumOf(file.subarray(before))).toEqual({ lo, hi })
      }),
    )
  })

  it('is refused where fewer bytes are there', () => {
    expect(() => checksumOf(new Uint8Array(7))).toThrow('Invalid DataView length')
  })

  it('is spelt with all sixteen digits, the upper word first', () => {
    expect(spellChecksum({ lo: 0xab, hi: 1 })).toBe('00000001000000ab')
    expect(spellChecksum(CHECKSUM_START)).toBe('0000000000000000')
  })
})

const withFlipped = (piece: Uint8Array, bit: number): Uint8Array =>
  piece.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
