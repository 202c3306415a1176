import fc from 'fast-check'
import { CorruptError, InvalidFieldError, utf8 } from '@freshet/kernel'
import { readSafetensors, safetensorsParts, tensorOf, valuesOf, type Tensor } from './index'

describe('safetensors', () => {
  it('writes the bytes that the format’s own page gives as its grammar', () => {
    const file = fileOf([tensorOf('a', Float32Array.of(1, -2), [1, 2]), tensorOf('b', Uint8Array.of(7))])
    const header = '{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}'
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8)
    expect(file.readBigUInt64LE(0)).toBe(BigInt(padded.length))
    expect(file.toString('utf8', 8, 8 + padded.length)).toBe(padded)
    expect([...file.subarray(8 + padded.length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 7])
  })

  it('gives back every type, empty tensors and scalars too', () => {
    const tensors = [
      tensorOf('f64', Float64Array.of(Math.PI)),
      tensorOf('none', new Float32Array(0), [0, 4]),
      tensorOf('scalar', Uint32Array.of(4294967295), []),
      tensorOf('bytes', Uint8Array.of(1, 2, 3), [3, 1]),
    ]
    expect(readSafetensors(fileOf(tensors), 'f').map(({ name, shape, ...rest }) => [name, shape, valuesOf(rest)])).toEqual([
      ['f64', [1], Float64Array.of(Math.PI)],
      ['none', [0, 4], new Float32Array(0)],
      ['scalar', [], Uint32Array.of(4294967295)],
      ['bytes', [3, 1], Uint8Array.of(1, 2, 3)],
    ])
  })

  it('hands the tensors’ own bytes on, uncopied', () => {
    const values = Float32Array.of(1, 2, 3)
    const [, bytes] = [...safetensorsParts([tensorOf('a', values)])]
    expect(bytes.buffer).toBe(values.buffer)
  })

  it('reads files of other writers: entries in any order, and metadata', () => {
    const file = raw(
      {
        b: { dtype: 'U8', shape: [1], data_offsets: [1, 2] },
        __metadata__: { by: 'x' },
        a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      },
      [5, 6],
    )
    expect(readSafetensors(file, 'f').map(({ name, bytes }) => [name, ...bytes])).toEqual([['a', 5], ['b', 6]]) // prettier-ignore
  })

  it.each<[string, Buffer, string]>([
    ['seven bytes', Buffer.alloc(7), 'f: 7 bytes are no header'],
    ['an endless header', Buffer.alloc(16, 0xff), 'larger than 100 MB'],
    ['a header that is no JSON', Buffer.concat([lengthOf(2), utf8('{{')]), 'its header is no JSON'],
    ['a header that is no object', Buffer.concat([lengthOf(4), utf8('null')]), 'its header is no object'],
    ['an unknown type', raw({ a: { dtype: 'F8', shape: [1], data_offsets: [0, 1] } }, [1]), `tensor 'a' has the unknown type F8`],
    ['a negative shape', raw({ a: { dtype: 'U8', shape: [-1], data_offsets: [0, 1] } }, [1]), `tensor 'a' has no shape or no range`],
    ['no range', raw({ a: { dtype: 'U8', shape: [1] } }, [1]), `tensor 'a' has no shape or no range`],
    ['a tensor of nothing', raw({ a: null }, [1]), `tensor 'a' has the unknown type undefined`],
    [
      'a range that is not the shape’s',
      raw({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 3] } }, [1, 2, 3]),
      `tensor 'a' of shape [1] has 3 bytes`,
    ],
    ['a gap', raw({ a: { dtype: 'U8', shape: [1], data_offsets: [1, 2] } }, [1, 2]), `tensor 'a' begins at 1, where 0 is next`],
    ['bytes left over', raw({ a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } }, [1, 2]), 'its tensors have 1 bytes, and 2 are there'],
  ])('refuses %s', (_, file, message) => {
    expect(() => readSafetensors(file, 'f')).toThrow(CorruptError)
    expect(() => readSafetensors(file, 'f')).toThrow(message)
  })

  it('refuses to write a tensor whose bytes are not its shape’s, or two of one name', () => {
    const tensor = tensorOf('a', Float32Array.of(1))
    expect(() => fileOf([{ ...tensor, shape: [2] }])).toThrow("tensor a is '4 bytes', but F32 [2] takes 8 bytes")
    expect(() => fileOf([tensor, tensor])).toThrow(InvalidFieldError)
  })

  it('gives back any tensors, at any alignment', () => {
    const tensors = fc.uniqueArray(fc.tuple(fc.string(), fc.float32Array({ noNaN: true })), { selector: ([name]) => name })
    fc.assert(
      fc.property(tensors, fc.nat(3), (entries, shift) => {
        const named = entries.filter(([name]) => name !== '__metadata__')
        const file = fileOf(named.map(([name, values]) => tensorOf(name, values)))
        const shifted = Buffer.concat([Buffer.alloc(shift), file]).subarray(shift)
        const read = new Map(readSafetensors(shifted, 'f').map((tensor) => [tensor.name, valuesOf(tensor)]))
        expect(read).toEqual(new Map(named))
      }),
    )
  })
})

const fileOf = (tensors: readonly Tensor[]): Buffer => Buffer.concat([...safetensorsParts(tensors)])

function raw(header: object, body: readonly number[]): Buffer {
  const json = utf8(JSON.stringify(header))
  return Buffer.concat([lengthOf(json.length), json, Uint8Array.from(body)])
}

function lengthOf(bytes: number): Buffer {
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(bytes))
  return prefix
}
