import { InvalidFieldError } from '@freshet/kernel'
import { tableOf } from './model-feeds'
import type { Lookup, ModelEquations, TableDeclaration } from '../trainable'

/** Holds a declaration against itself. Throws InvalidFieldError, naming the model, the part of it, what was expected and what is there. */
export function refuseMisfits(model: ModelEquations): void {
  refuseTwice(`inputs and outputs of ${model.name}`, [
    ...['dense', 'denseGradient', 'scores', 'loss'],
    ...model.columns.map(({ input }) => input),
    ...model.lookups.flatMap(({ input, gradient }) => [input, gradient]),
  ])
  refuseTwice(
    `tables of ${model.name}`,
    model.tables.map(({ name }) => name),
  )
  for (const table of model.tables) refuseWidth(model.name, table)
  for (const lookup of model.lookups) {
    tableOf(model, lookup)
    refuseBags(model.name, lookup)
  }
}

function refuseTwice(field: string, names: readonly string[]): void {
  const again = names.find((name, i) => names.indexOf(name) !== i)
  if (again !== undefined) throw new InvalidFieldError({ field, value: again, rule: 'each name occurs once', remedy: 'rename one' })
}

function refuseWidth(model: string, { name, width, segments }: TableDeclaration): void {
  const sum = segments.reduce((floats, { length }) => floats + length, 0)
  if (sum === width && segments.every(({ length }) => Number.isInteger(length) && length > 0)) return
  const rule = `its segments hold [${segments.map(({ length }) => length).join(', ')}] floats, ${sum} in all`
  throw new InvalidFieldError({
    field: `width of table ${name} of ${model}`,
    value: width,
    rule,
    remedy: 'make both equal, each length ≥ 1',
  })
}

function refuseBags(model: string, { input, slots, bags, isShared }: Lookup): void {
  if (!bags) return
  const sum = bags.reduce((ids, length) => ids + length, 0)
  if (sum === slots && !isShared && bags.every((length) => Number.isInteger(length) && length > 0)) return
  const rule = isShared ? 'shared rows are not averaged' : `they have to make up its ${slots} slots, and make up ${sum}`
  throw new InvalidFieldError({
    field: `bags of lookup ${input} of ${model}`,
    value: bags,
    rule,
    remedy: 'declare bags of ≥ 1 that add up',
  })
}
