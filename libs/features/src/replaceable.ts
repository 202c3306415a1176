import { PreconditionError } from '@freshet/kernel'
import type { Dictionary } from './dictionary'
import type { PartLayout } from './layout'

/**
 * Refuses a dictionary that an existing data set cannot go on with.
 *
 * May change: windows, limits, joins, priors, weights, labels and policies, which events a feature counts; new event types come
 * behind the old ones. May not: the layout of the features or the model, which the weights at hand were learned for.
 *
 * throws  PreconditionError naming the first thing that may not change
 */
export function assertReplaceable(current: Dictionary, next: Dictionary): void {
  const changed = firstChange(current, next)
  if (changed === undefined) return
  throw new PreconditionError(
    `dictionary ${next.hash} cannot follow ${current.hash} in this data set: ${changed}`,
    'keep what its model was learned for, or begin another data set with it (--data NAME) and import what there is',
  )
}

function firstChange(current: Dictionary, next: Dictionary): string | undefined {
  if (current.name !== next.name) return `its name is '${next.name}', not '${current.name}'`
  for (const part of ['user', 'item', 'cross'] as const) {
    const change = layoutChange(current.layout[part], next.layout[part])
    if (change !== undefined) return `of the ${part} features, ${change}`
  }
  if (JSON.stringify(current.declared.model) !== JSON.stringify(next.declared.model)) return 'the section `model` differs'
  return typeChange([...current.meanings.keys()], [...next.meanings.keys()])
}

function layoutChange(current: PartLayout, next: PartLayout): string | undefined {
  const [before, after] = [spell(current), spell(next)]
  const at = before.findIndex((each, i) => each !== after[i])
  if (at >= 0) return `'${before[at]}' is ${after[at] === undefined ? 'gone' : `'${after[at]}' now`}`
  return after.length > before.length ? `'${after[before.length]}' is new` : undefined
}

const spell = ({ fields, numberNames }: PartLayout): string[] => [...fields.map(({ name, length }) => `${name}[${length}]`), ...numberNames]

/** What was counted by the place of a type stays under that place. */
function typeChange(current: readonly string[], next: readonly string[]): string | undefined {
  const at = current.findIndex((type, i) => type !== next[i])
  return at < 0 ? undefined : `event type '${current[at]}' must stay number ${at + 1}; declare new types behind the old ones`
}
