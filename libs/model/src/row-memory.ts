import { boundFor } from '@freshet/embedding'
import type { ModelDeclaration } from '@freshet/features'
import { InvalidFieldError } from '@freshet/kernel'
import type { TrainableModel } from './trainable'

/** What rows are given up by: constants of a line, since other rules give up other rows. */
export type RowMemory = Pick<ModelDeclaration, 'expireAfterSteps' | 'memoryBytes'>

/**
 * Refuses a bound within which the ids of one example would not find room: of some of them nothing could ever be learned.
 *
 * throws  InvalidFieldError
 */
export function refuseTightMemory({ tables, lookups }: TrainableModel, { memoryBytes, admission, seed }: ModelDeclaration): void {
  if (memoryBytes === undefined) return
  for (const { name, width, segments } of tables) {
    const slots = lookups.reduce((sum, lookup) => sum + (lookup.table === name ? lookup.slots : 0), 0)
    const least = boundFor(slots, {
      ...{ width, seed, admission },
      segments: segments.map(({ length }) => length),
      optimisers: segments.map(({ optimiser }) => optimiser),
      rowScales: segments.map(({ scale }) => scale),
    })
    if (memoryBytes >= least) continue
    throw new InvalidFieldError({
      field: 'model.memoryBytes',
      value: memoryBytes,
      rule: `one example has ${slots} ids, and their rows take ${least}`,
      remedy: 'declare room for all ids that one cut may name, or leave it out',
    })
  }
}
