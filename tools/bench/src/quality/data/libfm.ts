import { readFileSync } from 'node:fs'
import { CorruptError } from '@freshet/kernel'

/** Examples of a fixed number of categorical fields, each a number of its own over all fields. */
export interface LabelledFields {
  readonly count: number
  readonly fields: number
  /** shape [count, fields] */
  readonly ids: Uint32Array
  /** 1 or 0: shape [count] */
  readonly labels: Float32Array
}

/**
 * Reads lines of `label id:1 id:1 …`, the label 1 or −1.
 *
 * throws  CorruptError when a line has another number of fields than the first
 */
export function readLibfm(path: string): LabelledFields {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const fields = lines.length > 0 ? lines[0].trim().split(' ').length - 1 : 0
  const ids = new Uint32Array(lines.length * fields)
  const labels = new Float32Array(lines.length)
  lines.forEach((line, row) => {
    const [label, ...cells] = line.trim().split(' ')
    if (cells.length !== fields) throw new CorruptError(path, `line ${row + 1} has ${cells.length} fields, the first has ${fields}`, REMEDY)
    labels[row] = label === '1' ? 1 : 0
    cells.forEach((cell, field) => (ids[row * fields + field] = Number.parseInt(cell, 10)))
  })
  return { count: lines.length, fields, ids, labels }
}

const REMEDY = 'fetch the file again'
