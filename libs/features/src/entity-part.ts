import type { Attributes } from './attributes'
import { type CompiledPart, type Feature, compilePart, emptyPart, writePart } from './feature'
import type { Part, PartLayout } from './layout'

/** What any entity's scope has: attributes, the same object until they are replaced. */
export interface EntityScope {
  readonly attributes: Attributes | undefined
}

/** A declared feature of an entity: of its attributes alone, or of all that is known of it. */
export type EntityFeature<Scope> =
  | { readonly of: 'attributes'; readonly feature: Feature<Attributes | undefined> }
  | { readonly of: 'entity'; readonly feature: Feature<Scope> }

/** Writes one entity's part; what follows from its attributes is computed once for each object of attributes. */
export interface EntityPart<Scope extends EntityScope> {
  readonly layout: PartLayout
  /** Fills the beginning of a part that is zero there. */
  write(part: Part, scope: Scope): void
}

/** Compiles the features of users, or of items. */
export function compileEntity<Scope extends EntityScope>(features: readonly EntityFeature<Scope>[]): EntityPart<Scope> {
  const { layout, features: placed } = compilePart<Scope>(features.map(asEntityFeature))
  const steady = subset(layout, placed, features, 'attributes')
  const moving = subset(layout, placed, features, 'entity')
  const cache = new WeakMap<Attributes, Part>()

  const steadyPart = (scope: Scope, attributes: Attributes): Part => {
    const computed = writePart(steady, emptyPart(layout), scope)
    cache.set(attributes, computed)
    return computed
  }

  return {
    layout,
    write(part, scope) {
      const { attributes } = scope
      if (attributes !== undefined && steady.features.length > 0) {
        const { ids, numbers } = cache.get(attributes) ?? steadyPart(scope, attributes)
        part.ids.set(ids)
        part.numbers.set(numbers)
      }
      writePart(moving, part, scope)
    },
  }
}

function asEntityFeature<Scope extends EntityScope>({ of, feature }: EntityFeature<Scope>): Feature<Scope> {
  if (of === 'entity') return feature
  return { extent: feature.extent, write: (part, at, { attributes }) => feature.write(part, at, attributes) }
}

function subset<Scope extends EntityScope>(
  layout: PartLayout,
  placed: CompiledPart<Scope>['features'],
  ...[features, of]: [readonly EntityFeature<Scope>[], EntityFeature<Scope>['of']]
): CompiledPart<Scope> {
  return { layout, features: placed.filter((_, i) => features[i].of === of) }
}
