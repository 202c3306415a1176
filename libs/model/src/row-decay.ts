import { InvalidFieldError } from '@freshet/kernel'
import { add, input, inputName, multiply, reshape } from '@freshet/tensor'
import type { Column, TrainableModel } from './trainable'

/** The column that says how much each id of an example decays. */
const DECAY = 'rowDecay'

/**
 * A model whose rows are pulled towards 0 wherever they are met, each as far as the column `rowDecay` says: whoever knows how often an id occurs makes it
 * λ / occurrences, and every row decays alike over an epoch, as by a penalty on the whole table that costs nothing for rows which a cut does not touch.
 *
 * shape   rowDecay [B, slots]
 * math    ∂L/∂e ← ∂L/∂e + rowDecay · e; the loss is the model's own
 * throws  InvalidFieldError when the model has no such lookup, or it is averaged or shared: then rows of an example cannot be told apart
 */
export function withRowDecay(model: TrainableModel, lookup: string): TrainableModel {
  const found = model.lookups.find((each) => each.input === lookup)
  const rows = model.gradient.inputs.find((node) => inputName(node) === lookup)
  if (!found || !rows || found.bags || found.isShared) {
    const rule = `rows decay slot by slot, which ${model.name} has in ${slotwise(model).join(', ') || 'no lookup'}`
    throw new InvalidFieldError({ field: 'lookup to decay', value: lookup, rule, remedy: 'name such a lookup' })
  }
  const column: Column = { input: DECAY, width: found.slots }
  const decay = input(DECAY, [rows.shape[0], found.slots])
  const pull = multiply(rows, reshape(decay, [rows.shape[0], found.slots, 1]))
  const { inputs, outputs } = model.gradient
  return {
    ...model,
    columns: [...model.columns, column],
    gradient: {
      ...model.gradient,
      inputs: [...inputs, decay],
      outputs: { ...outputs, [found.gradient]: add(outputs[found.gradient], pull) },
    },
  }
}

const slotwise = ({ lookups }: TrainableModel): string[] =>
  lookups.filter(({ bags, isShared }) => !bags && !isShared).map(({ input: name }) => name)
