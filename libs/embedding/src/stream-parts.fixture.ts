import type { NamedBytes, TableStream } from './index'

/** Reads a stream to its end; its parts, as a file of them gives them back. */
export function partsOf({ entries, slices }: TableStream): NamedBytes[] {
  const all = Buffer.concat([...slices({ update: () => undefined })].map((slice) => Buffer.from(slice)))
  let at = 0
  return entries.map(({ name, shape, dtype }) => {
    const bytes = shape.reduce((product, length) => product * length, dtype === 'U8' ? 1 : 4)
    return { name, bytes: all.subarray(at, (at += bytes)) }
  })
}
