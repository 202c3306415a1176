import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { create, createFileRegistry, fromBinary, toBinary, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect'
import { fileDescriptors } from './generated/descriptors'

/** What ts-proto generates for a message. */
interface Codec {
  encode(message: unknown): { finish(): Uint8Array }
  decode(bytes: Uint8Array): Record<string, unknown>
  toJSON(message: unknown): unknown
  fromJSON(json: unknown): unknown
}

const registry = createFileRegistry(
  create(FileDescriptorSetSchema, { file: fileDescriptors().map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes)) }),
)
const messages = [...registry].filter((type): type is DescMessage => type.kind === 'message')
const codecs = loadCodecs(join(__dirname, 'generated/freshet'))

/** Another codec writes every kind of message with every field set; ours must read it, and write what the other reads as the same. */
describe('the wire', () => {
  it('has a codec for each message that it can carry', () => {
    expect(messages.length).toBeGreaterThan(80)
    expect(messages.filter(({ typeName }) => !codecs.has(typeName)).map(({ typeName }) => typeName)).toEqual([])
  })

  it.each(messages.map((message) => [message.typeName, message] as const))('%s survives a round trip, each field set', (name, message) => {
    for (const pick of Array.from({ length: alternativesOf(message) }, (_, i) => i)) {
      const bytes = toBinary(message, sample(message, { pick, depth: 0 }))
      const codec = codecs.get(name)
      const read = codec?.decode(bytes)
      const written = codec?.encode(read).finish() ?? new Uint8Array(0)
      expect(written).toHaveLength(bytes.length)
      expect(hexOf(toBinary(message, fromBinary(message, written)))).toBe(hexOf(bytes)) // in the other codec's order of fields
      expect(codec?.fromJSON(JSON.parse(JSON.stringify(codec.toJSON(read))))).toEqual(read)
    }
  })

  it('reads 64-bit integers as numbers, and refuses those that a number cannot hold', () => {
    const message = messageNamed('freshet.trainer.v1.AuditRequest')
    const codec = codecs.get(message.typeName)
    const bytesOf = (step: bigint): Uint8Array => toBinary(message, set(message, { step }))
    expect(codec?.decode(bytesOf(BigInt(Number.MAX_SAFE_INTEGER)))).toEqual({ step: Number.MAX_SAFE_INTEGER })
    expect(codec?.decode(bytesOf(-5n))).toEqual({ step: -5 })
    expect(() => codec?.decode(bytesOf(2n ** 53n))).toThrow(/MAX_SAFE_INTEGER/)
  })

  it('keeps an absent number apart from a zero', () => {
    const event = messageNamed('freshet.event.v1.Event')
    const codec = codecs.get(event.typeName)
    expect(codec?.decode(toBinary(event, create(event))).value).toBeUndefined()
    expect(codec?.decode(toBinary(event, set(event, { value: 0 }))).value).toBe(0)
  })

  it('passes by fields that it does not know', () => {
    const codec = codecs.get('freshet.trainer.v1.AuditRequest')
    expect(codec?.decode(new Uint8Array([0x08, 0x07, 0xf8, 0x3f, 0x01]))).toEqual({ step: 7 })
  })
})

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Where a message has alternatives, and of how many kinds. */
const alternativesOf = ({ oneofs }: DescMessage): number => Math.max(1, ...oneofs.map(({ fields }) => fields.length))

interface Sampling {
  /** Which alternative of each `oneof`. */
  readonly pick: number
  readonly depth: number
}

function sample(message: DescMessage, sampling: Sampling): Message {
  const made = reflect(message)
  for (const field of message.fields) if (isChosen(field, sampling)) fill(made, field, sampling)
  return made.message
}

const isChosen = ({ oneof, ...field }: DescField, { pick }: Sampling): boolean =>
  !oneof || oneof.fields[pick % oneof.fields.length].number === field.number

function fill(made: ReflectMessage, field: DescField, sampling: Sampling): void {
  const inner = { ...sampling, depth: sampling.depth + 1 }
  if (inner.depth > 5) return
  switch (field.fieldKind) {
    case 'scalar':
    case 'enum':
      made.set(field, valueOf(field, field.number))
      break
    case 'message':
      made.set(field, reflect(field.message, sample(field.message, inner)))
      break
    case 'list': {
      const list = made.get(field) as { add(value: unknown): void }
      for (const i of [1, 2])
        list.add(field.message ? reflect(field.message, sample(field.message, inner)) : valueOf(field, field.number + i))
      break
    }
    case 'map': {
      const map = made.get(field) as { set(key: unknown, value: unknown): void }
      const key = field.mapKey === 9 ? 'a key – é' : 7
      map.set(key, field.message ? reflect(field.message, sample(field.message, inner)) : valueOf(field, field.number))
    }
  }
}

/** A value that is not the default, and for integers one that needs more than 32 bits where there are more. */
function valueOf(field: DescField, salt: number): unknown {
  if (field.enum) return field.enum.values[Math.min(salt, field.enum.values.length - 1)].number
  const scalar = 'scalar' in field ? field.scalar : undefined
  switch (scalar) {
    case 1:
    case 2:
      return salt + 0.5
    case 3:
    case 4:
    case 6:
    case 16:
    case 18:
      return 2n ** 40n + BigInt(salt)
    case 8:
      return true
    case 9:
      return `text ${salt} – é`
    case 12:
      return new Uint8Array([salt % 256, 0, 255])
    default:
      return salt
  }
}

function set(message: DescMessage, values: Readonly<Record<string, unknown>>): Message {
  const made = reflect(message)
  for (const [name, value] of Object.entries(values)) made.set(message.field[name], value)
  return made.message
}

function messageNamed(name: string): DescMessage {
  const found = registry.getMessage(name)
  if (!found) throw new RangeError(`${name} is no message of proto/`)
  return found
}

/** Every codec under a folder, by the full name of its message. */
function loadCodecs(folder: string): Map<string, Codec> {
  const found = new Map<string, Codec>()
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  for (const file of files) {
    const module = jest.requireActual<Record<string, unknown>>(join(folder, file))
    for (const [name, value] of Object.entries(module))
      if (isCodec(value)) found.set(`${String(module.protobufPackage)}.${name.replaceAll('_', '.')}`, value)
  }
  return found
}

function isCodec(value: unknown): value is Codec {
  return typeof value === 'object' && value !== null && 'encode' in value && 'decode' in value
}
