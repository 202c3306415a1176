import { add, concat, constant, expand, reshape, slice, type Node } from '@freshet/tensor'
import { flatten, type Ranker, type RankerShape } from './models/ranker'
import type { RankPart, RankSplit } from './rank-split'
import type { ExampleLayout } from './row-layout'

/**
 * A rank model that has no sum to split: the means of an item's rows and its numbers are kept, and the very equations that are learned run over
 * [user, item, cross] for every candidate.
 *
 * cost    as the whole graph, but for rows that are not read again
 */
export function keepMeans({ logits }: Ranker, { dimensions }: RankerShape, { item }: ExampleLayout): RankSplit {
  const fields = item.fields[1] - item.fields[0]
  const floats = fields * (dimensions + 1)
  const partWidth = floats + item.numbers[1] - item.numbers[0]
  return {
    serving: 'whole',
    partWidth,
    itemPart: ({ rows, numbers }) => joined([flatten(rows), numbers]),
    logits: ({ user, item: kept, cross }, parameters) => {
      const [batch] = kept.shape
      const nothing = expand(constant(0), slice(kept, 1, [0, 1]))
      const items = reshape(slice(kept, 1, [0, floats]), [batch, fields, dimensions + 1])
      const rows = joined([add(user.rows, reshape(nothing, [batch, 1, 1])), items, ...rowsOf(cross)])
      const numbers = joined([add(user.numbers, nothing), slice(kept, 1, [floats, partWidth]), ...numbersOf(cross)])
      return logits({
        embeddings: slice(rows, 2, [0, dimensions]),
        weights: flatten(slice(rows, 2, [dimensions, dimensions + 1])),
        numbers: numbers.shape[1] === 0 ? undefined : numbers,
        parameters,
        drop: (x) => x,
      })
    },
  }
}

const rowsOf = (part?: RankPart): Node[] => (part ? [part.rows] : [])

const numbersOf = (part?: RankPart): Node[] => (part ? [part.numbers] : [])

/** Parts side by side, but for empty ones. */
function joined(parts: readonly Node[]): Node {
  const filled = parts.filter(({ shape }) => shape[1] !== 0)
  return filled.length === 0 ? parts[0] : concat(filled, 1)
}
