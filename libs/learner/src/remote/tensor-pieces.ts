import { crc32 } from 'node:zlib'
import type { TensorPiece } from '@freshet/contracts'
import { bytesOf, CorruptError, InvalidFieldError } from '@freshet/kernel'

/** Floats of a piece: 256 KiB, a quarter of what a service takes as a message by default. */
export const PIECE_FLOATS = 65_536

/** Floats that one end of a stream keeps of the other's: 256 MiB. */
const KEPT_FLOATS_MAX = 1 << 26

/**
 * A tensor as the pieces that it travels in. Their values are views: send them before the tensor is written again.
 *
 * shape  values Float32[n]  →  ⌈n / 65,536⌉ pieces; one that is empty where n is 0
 */
export function* piecesOf(name: string, values: Float32Array): Generator<TensorPiece> {
  for (let offset = 0; offset === 0 || offset < values.length; offset += PIECE_FLOATS) {
    const bytes = bytesOf(values.subarray(offset, offset + PIECE_FLOATS))
    yield { name, length: values.length, offset, values: bytes, crc32: crc32(bytes) }
  }
}

/** Puts tensors together from their pieces, within bounds: what comes from elsewhere is not believed. */
export class TensorInbox {
  private readonly tensors = new Map<string, Arriving>()

  /** `names` are all that may come. */
  constructor(
    private readonly names: readonly string[],
    private readonly floatsMax = KEPT_FLOATS_MAX,
  ) {}

  /**
   * Takes a piece in.
   *
   * throws  InvalidFieldError where nobody asked for such a tensor, or for one so long; CorruptError where a piece is damaged, or not the next one
   */
  take({ name, length, offset, values, crc32: checksum }: TensorPiece): void {
    if (crc32(values) !== checksum) damaged(name, `its piece at ${offset} has another checksum than was sent with it`)
    const tensor = offset === 0 ? this.begin(name, length) : this.tensors.get(name)
    if (tensor?.arrived !== offset) damaged(name, `a piece at ${offset} came where ${tensor?.arrived ?? 0} floats of it are there`)
    const end = offset + values.length / 4
    if (tensor.values.length !== length || !Number.isInteger(end) || end > length) damaged(name, `its piece at ${offset} does not fit it`)
    bytesOf(tensor.values).set(values, 4 * offset)
    tensor.arrived = end
  }

  /** A tensor that has come whole; it is valid until its next piece is taken. Throws CorruptError where it has not. */
  whole(name: string): Float32Array {
    const tensor = this.tensors.get(name)
    if (tensor?.arrived !== tensor?.values.length || !tensor) {
      damaged(name, `${tensor?.arrived ?? 0} of its ${tensor?.values.length ?? 'unknown'} floats have come`)
    }
    return tensor.values
  }

  private begin(name: string, length: number): Arriving {
    const known = this.tensors.get(name)
    if (known?.values.length === length) {
      known.arrived = 0
      return known
    }
    this.refuse(name, length)
    const tensor = { values: new Float32Array(length), arrived: 0 }
    this.tensors.set(name, tensor)
    return tensor
  }

  private refuse(name: string, length: number): void {
    if (!this.names.includes(name)) {
      const rule = `only ${this.names.join(', ')} are read`
      throw new InvalidFieldError({ field: 'name of a tensor', value: name, rule, remedy: 'leave it out' })
    }
    let others = 0
    for (const [other, { values }] of this.tensors) if (other !== name) others += values.length
    if (others + length <= this.floatsMax) return
    const rule = `a stream holds ${this.floatsMax} floats, and the others have ${others}`
    throw new InvalidFieldError({ field: `length of ${name}`, value: length, rule, remedy: 'split the cut into more logical shards' })
  }
}

interface Arriving {
  readonly values: Float32Array
  /** Floats, from the first on. */
  arrived: number
}

function damaged(name: string, reason: string): never {
  throw new CorruptError(`tensor ${name} on its way`, reason, 'the stream is opened again')
}
