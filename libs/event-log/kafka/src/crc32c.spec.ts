import { crc32c } from './crc32c'

const of = (bytes: Uint8Array): string => crc32c(bytes, 0, bytes.length).toString(16)

describe('the checksum of a batch', () => {
  it('is that of RFC 3720, appendix B.4', () => {
    expect(of(new Uint8Array(32))).toBe('8a9136aa')
    expect(of(new Uint8Array(32).fill(0xff))).toBe('62a8ab43')
    expect(of(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe('46dd794e')
    expect(of(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe('113fdb5c')
    expect(of(Buffer.from('123456789'))).toBe('e3069283')
  })

  it('is of what lies between two places, whatever lies around it', () => {
    const bytes = Buffer.from('xx123456789yyyyyyyy')
    expect(crc32c(bytes, 2, 11).toString(16)).toBe('e3069283')
    expect(crc32c(bytes, 4, 4)).toBe(0)
  })
})
