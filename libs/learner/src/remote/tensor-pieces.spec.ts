import fc from 'fast-check'
import { TensorPiece } from '@freshet/contracts'
import { bytesOf } from '@freshet/kernel'
import { PIECE_FLOATS, piecesOf, TensorInbox } from './tensor-pieces'

const ramp = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i / 7)

/** As it is on the other side of a wire: bytes that lie anywhere. */
const carried = (piece: TensorPiece): TensorPiece => TensorPiece.decode(TensorPiece.encode(piece).finish())

function received(inbox: TensorInbox, name: string, values: Float32Array): Float32Array {
  for (const piece of piecesOf(name, values)) inbox.take(carried(piece))
  return inbox.whole(name)
}

describe('a tensor in pieces', () => {
  it.each([0, 1, PIECE_FLOATS - 1, PIECE_FLOATS, PIECE_FLOATS + 1, 3 * PIECE_FLOATS])(
    'arrives as it was sent, %d floats long',
    (length) => {
      const values = ramp(length)
      expect(Buffer.compare(bytesOf(received(new TensorInbox(['x']), 'x', values)), bytesOf(values))).toBe(0)
      expect([...piecesOf('x', values)].every((piece) => TensorPiece.encode(piece).finish().length < 1 << 19)).toBe(true)
    },
  )

  it('keeps every bit: those of zeros below zero and of what is no number too', () => {
    fc.assert(
      fc.property(fc.uint32Array({ maxLength: 40 }), (bits) => {
        const values = new Float32Array(Uint32Array.from(bits).buffer)
        expect(new Uint32Array(received(new TensorInbox(['x']), 'x', values).slice().buffer)).toEqual(Uint32Array.from(bits))
      }),
    )
  })

  it('may be longer or shorter than the one before, and leaves others as they were', () => {
    const inbox = new TensorInbox(['x', 'y'])
    received(inbox, 'y', ramp(5))
    for (const length of [3, 200, 200, 1]) expect(received(inbox, 'x', ramp(length))).toEqual(ramp(length))
    expect(inbox.whole('y')).toEqual(ramp(5))
  })
})

describe('an inbox', () => {
  const [first, second] = piecesOf('x', ramp(PIECE_FLOATS + 9))

  it.each<[string, TensorPiece[], RegExp]>([
    ['a tensor that nobody reads', [{ ...first, name: 'z' }], /name of a tensor is 'z', but only x are read; leave it out/],
    [
      'more floats than it may keep',
      [{ ...first, length: 70_000 }],
      /length of x is 70000, but a stream holds 69000 floats, and the others have 0; split/,
    ],
    ['a damaged piece', [{ ...first, crc32: first.crc32 ^ 1 }], /tensor x on its way: its piece at 0 has another checksum/],
    ['a piece before the first', [second], /a piece at 65536 came where 0 floats of it are there/],
    ['a piece for the second time', [first, second, second], /a piece at 65536 came where 65545 floats/],
    ['a piece that is too long', [{ ...first, length: 7 }], /its piece at 0 does not fit it/],
    ['a piece of another tensor of that name', [first, { ...second, length: 66_000 }], /its piece at 65536 does not fit it/],
  ])('refuses %s', (_, pieces, reason) => {
    const inbox = new TensorInbox(['x'], 69_000)
    expect(() => pieces.forEach((piece) => inbox.take(piece))).toThrow(reason)
  })

  it('gives nothing that has not come whole', () => {
    const inbox = new TensorInbox(['x', 'y'])
    inbox.take(first)
    expect(() => inbox.whole('x')).toThrow('65536 of its 65545 floats have come; the stream is opened again')
    expect(() => inbox.whole('y')).toThrow('0 of its unknown floats')
    inbox.take(second)
    expect(inbox.whole('x')).toHaveLength(PIECE_FLOATS + 9)
  })

  it('counts what it keeps of other tensors', () => {
    const inbox = new TensorInbox(['x', 'y'], 10)
    for (const piece of piecesOf('x', ramp(6))) inbox.take(piece)
    expect(() => inbox.take([...piecesOf('y', ramp(5))][0])).toThrow('a stream holds 10 floats, and the others have 6')
    inbox.take([...piecesOf('y', ramp(4))][0])
    expect(inbox.whole('y')).toEqual(ramp(4))
  })
})
