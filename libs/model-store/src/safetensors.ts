import { CorruptError, InvalidFieldError, textOf, utf8 } from '@freshet/kernel'

// The format, little-endian throughout (github.com/huggingface/safetensors):
//   u64 n · n bytes of JSON {"name": {"dtype", "shape", "data_offsets": [from, to]}, …}, padded with spaces · the tensors' bytes
// Offsets count from the end of the header; the tensors cover what follows without gaps.

/** The element types that Freshet stores, by the format's names. */
export type Dtype = 'F32' | 'F64' | 'U32' | 'U8'

/** One named array in bytes. */
export interface Tensor {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** A tensor before its bytes are read: `from` and `to` count from the end of the header. */
export interface TensorEntry extends Omit<Tensor, 'bytes'> {
  readonly from: number
  readonly to: number
}

/** What precedes the header's JSON. */
export const PREFIX_BYTES = 8
const HEADER_BYTES_MAX = 100_000_000 // as the format's own implementation
const METADATA = '__metadata__' // of other writers; ours stands in the manifest
const ELEMENT_BYTES: Readonly<Record<Dtype, number>> = { F32: 4, F64: 8, U32: 4, U8: 1 }

/** The parts of a safetensors file: its header, then each tensor's bytes as they are, uncopied. Throws InvalidFieldError where they do not fit. */
export function* safetensorsParts(tensors: readonly Tensor[]): Iterable<Uint8Array> {
  for (const { name, dtype, shape, bytes } of tensors) {
    const expected = elements(shape) * ELEMENT_BYTES[dtype]
    if (bytes.length !== expected) throw misfit(name, `${bytes.length} bytes`, `${dtype} [${shape}] takes ${expected} bytes`)
  }
  yield safetensorsHeader(tensors)
  for (const { bytes } of tensors) yield bytes
}

/** What precedes the tensors' bytes, which follow in this order without gaps. Throws InvalidFieldError where names are not distinct. */
export function safetensorsHeader(tensors: readonly Omit<Tensor, 'bytes'>[]): Uint8Array {
  const header = new Map<string, object>()
  let at = 0
  for (const { name, dtype, shape } of tensors) {
    if (header.has(name) || name === METADATA) throw misfit(name, name, `names are distinct, and none is ${METADATA}`)
    const end = at + elements(shape) * ELEMENT_BYTES[dtype]
    header.set(name, { dtype, shape, data_offsets: [at, end] })
    at = end
  }
  const json = utf8(JSON.stringify(Object.fromEntries(header)))
  const padded = Math.ceil(json.length / 8) * 8 // so that tensors begin at a multiple of eight
  const out = new Uint8Array(PREFIX_BYTES + padded).fill(0x20)
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true)
  out.set(json, PREFIX_BYTES)
  return out
}

const misfit = (tensor: string, value: string, rule: string): InvalidFieldError =>
  new InvalidFieldError({ field: `tensor ${tensor}`, value, rule, remedy: 'correct its name or shape' })

/** The tensors of a file in memory; their bytes are views of it. Throws CorruptError naming `where`. */
export function readSafetensors(file: Uint8Array, where: string): Tensor[] {
  const headerEnd = PREFIX_BYTES + headerLength(file, where)
  const entries = readHeader(file.subarray(PREFIX_BYTES, headerEnd), { where, bytes: file.length - headerEnd })
  return entries.map(({ name, dtype, shape, from, to }) => ({ name, dtype, shape, bytes: file.subarray(headerEnd + from, headerEnd + to) }))
}

/** How long the header's JSON is, from the first eight bytes of a file. */
export function headerLength(prefix: Uint8Array, where: string): number {
  if (prefix.length < PREFIX_BYTES) throw corrupt(where, `${prefix.length} bytes are no header`)
  const view = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES)
  const length = view.getUint32(0, true)
  if (view.getUint32(4, true) !== 0 || length > HEADER_BYTES_MAX) throw corrupt(where, 'its header would be larger than 100 MB')
  return length
}

/** The entries of a header in the order of their bytes, which they must cover exactly. */
export function readHeader(header: Uint8Array, { where, bytes }: { where: string; bytes: number }): TensorEntry[] {
  const entries = parseEntries(header, where).sort((a, b) => a.from - b.from || a.to - b.to)
  let at = 0
  for (const { name, dtype, shape, from, to } of entries) {
    if (from !== at) throw corrupt(where, `tensor '${name}' begins at ${from}, where ${at} is next`)
    if (to - from !== elements(shape) * ELEMENT_BYTES[dtype])
      throw corrupt(where, `tensor '${name}' of shape [${shape}] has ${to - from} bytes`)
    at = to
  }
  if (at !== bytes) throw corrupt(where, `its tensors have ${at} bytes, and ${bytes} are there`)
  return entries
}

function parseEntries(header: Uint8Array, where: string): TensorEntry[] {
  const parsed = parseJson(header, where)
  if (!isObject(parsed)) throw corrupt(where, 'its header is no object')
  return Object.entries(parsed)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => parseEntry(where, name, entry))
}

function parseJson(header: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(textOf(header))
  } catch {
    throw corrupt(where, 'its header is no JSON')
  }
}

function parseEntry(where: string, name: string, entry: unknown): TensorEntry {
  const { dtype, shape, data_offsets: range } = isObject(entry) ? entry : {}
  if (!isDtype(dtype)) throw corrupt(where, `tensor '${name}' has the unknown type ${String(dtype)}`)
  if (!isCounts(shape) || !isCounts(range) || range.length !== 2) throw corrupt(where, `tensor '${name}' has no shape or no range`)
  return { name, dtype, shape, from: range[0], to: range[1] }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isDtype = (value: unknown): value is Dtype => typeof value === 'string' && Object.hasOwn(ELEMENT_BYTES, value)
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)
const elements = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)
const corrupt = (where: string, reason: string): CorruptError => new CorruptError(where, reason, 'take the file from another version')
