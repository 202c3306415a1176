import { cellCount } from '@freshet/tensor'
import type { Input, Parameter } from './parameters'

/** A flat dense state on its way to another model of the same declaration, over other features. */
export interface Carriage {
  readonly from: readonly Parameter[]
  readonly to: readonly Parameter[]
  /** What a parameter begins with that has nothing to be carried from: the initial values, or an optimiser's zeros. */
  readonly born: Float32Array
}

/**
 * Carries dense values by name: a parameter whole, one that reads features (or writes to them, as a cross layer does) by the cells of each. Cells of
 * what was not there before begin at zero, so that a feature which is added changes no score until something has been learned of it: the gradient of
 * such a weight is what it reads times what it reads for, and neither is zero.
 *
 * shape   flat [from]  →  [to]
 */
export function carryDense({ from, to, born }: Carriage, flat: Float32Array): Float32Array {
  const carried = born.slice()
  const known = new Map(from.map((parameter) => [parameter.name, parameter]))
  for (const parameter of to) {
    const before = known.get(parameter.name)
    if (before === undefined) continue
    if (parameter.inputs && before.inputs) carryCells(before, parameter, { flat, carried })
    else if (isSame(before.shape, parameter.shape)) carried.set(cellsOf(before, flat), parameter.offset)
  }
  return carried
}

interface Values {
  readonly flat: Float32Array
  readonly carried: Float32Array
}

function carryCells(from: Parameter, to: Parameter, { flat, carried }: Values): void {
  const [width, widthBefore] = [to.shape[1] ?? 1, from.shape[1] ?? 1]
  const target = cellsOf(to, carried).fill(0)
  const values = cellsOf(from, flat)
  const columns = sourcesOf(from.outputs ?? [whole(widthBefore)], to.outputs ?? [whole(width)])
  sourcesOf(from.inputs ?? [], to.inputs ?? []).forEach((rowBefore, row) => {
    if (rowBefore === NOWHERE) return
    columns.forEach((columnBefore, column) => {
      if (columnBefore !== NOWHERE) target[row * width + column] = values[rowBefore * widthBefore + columnBefore]
    })
  })
}

const NOWHERE = -1

const whole = (rows: number): Input => ({ name: '', rows })

/** By row as it is now, the row before that has its name. */
function sourcesOf(before: readonly Input[], after: readonly Input[]): Int32Array {
  const places = placesOf(before)
  const sources = new Int32Array(after.reduce((sum, { rows }) => sum + rows, 0)).fill(NOWHERE)
  for (const [name, { row, rows }] of placesOf(after)) {
    const place = places.get(name)
    if (place?.rows === rows) for (let i = 0; i < rows; i++) sources[row + i] = place.row + i
  }
  return sources
}

interface RowPlace {
  readonly row: number
  readonly rows: number
}

function placesOf(inputs: readonly Input[]): Map<string, RowPlace> {
  const places = new Map<string, RowPlace>()
  let row = 0
  for (const { name, rows } of inputs) {
    places.set(name, { row, rows })
    row += rows
  }
  return places
}

const cellsOf = ({ offset, shape }: Parameter, flat: Float32Array): Float32Array => flat.subarray(offset, offset + cellCount(shape))

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((size, i) => size === b[i])
