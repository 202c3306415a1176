import { naturalLog } from '@freshet/kernel'
import { type Attributes, numberOf, textsOf, vectorOf } from './attributes'
import type { ItemFeature, UserFeature } from './declared-feature'
import type { Feature } from './feature'
import { FieldIds } from './feature-id'
import { hashWords, wordsOf } from './words'

type Declared = Extract<ItemFeature | UserFeature, { kind: 'category' | 'bucket' | 'numeric' | 'vector' | 'text' }>
type DeclaredAs<Kind extends Declared['kind']> = Extract<Declared, { kind: Kind }>

/** True for features that are functions of the attributes alone: computed once per upsert. */
export function isOfAttributes(declared: ItemFeature | UserFeature): declared is Declared {
  return Object.hasOwn(COMPILE, declared.kind)
}

/** A feature of the attributes, ready to be computed. */
export function attributeFeature(declared: Declared): Feature<Attributes | undefined> {
  switch (declared.kind) {
    case 'category':
      return COMPILE.category(declared)
    case 'bucket':
      return COMPILE.bucket(declared)
    case 'numeric':
      return COMPILE.numeric(declared)
    case 'vector':
      return COMPILE.vector(declared)
    case 'text':
      return COMPILE.text(declared)
  }
}

const COMPILE = {
  category({ name, attribute = name, slots, separator }: DeclaredAs<'category'>): Feature<Attributes | undefined> {
    const fieldIds = new FieldIds(name)
    return {
      extent: { name, slots, numbers: [] },
      write: (part, at, attributes) => putTexts(part.ids, { slot: at.slot, slots, fieldIds }, textsOf(attributes, attribute, separator)),
    }
  },

  bucket({ name, attribute = name, boundaries }: DeclaredAs<'bucket'>): Feature<Attributes | undefined> {
    const fieldIds = new FieldIds(name)
    const rising = [...boundaries].sort((a, b) => a - b)
    return {
      extent: { name, slots: 1, numbers: [] },
      write(part, at, attributes) {
        const value = numberOf(attributes, attribute)
        if (value !== undefined) fieldIds.put(part.ids, at.slot, String(rising.filter((boundary) => value >= boundary).length))
      },
    }
  },

  numeric({ name, attribute = name, minimum, maximum, logarithm }: DeclaredAs<'numeric'>): Feature<Attributes | undefined> {
    const measure = (x: number): number => (logarithm ? naturalLog(1 + Math.max(0, x)) : x)
    const span = measure(maximum) - measure(minimum) || 1
    return {
      extent: { name, slots: 0, numbers: [name] },
      write(part, at, attributes) {
        const value = numberOf(attributes, attribute)
        if (value !== undefined) part.numbers[at.number] = (measure(value) - measure(minimum)) / span
      },
    }
  },

  vector({ name, attribute = name, dimensions }: DeclaredAs<'vector'>): Feature<Attributes | undefined> {
    return {
      extent: { name, slots: 0, numbers: numbered(name, dimensions) },
      write(part, at, attributes) {
        const values = vectorOf(attributes, attribute)
        for (let i = 0; i < dimensions && i < values.length; i++) part.numbers[at.number + i] = Number.isFinite(values[i]) ? values[i] : 0
      },
    }
  },

  text({ name, attribute = name, dimensions, words }: DeclaredAs<'text'>): Feature<Attributes | undefined> {
    const fieldIds = new FieldIds(name)
    return {
      extent: { name, slots: words, numbers: numbered(name, dimensions) },
      write(part, at, attributes) {
        const found = textsOf(attributes, attribute).flatMap(wordsOf)
        putTexts(part.ids, { slot: at.slot, slots: words, fieldIds }, found)
        if (dimensions > 0) hashWords(found, part.numbers.subarray(at.number, at.number + dimensions))
      },
    }
  },
}

const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}_${i}`)

function putTexts(ids: Uint32Array, at: { slot: number; slots: number; fieldIds: FieldIds }, texts: readonly string[]): void {
  for (let i = 0; i < at.slots && i < texts.length; i++) at.fieldIds.put(ids, at.slot + i, texts[i])
}
