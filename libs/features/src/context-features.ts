import type { ContextFeature } from './declared-feature'
import type { CrossScope } from './cross-features'
import type { Feature } from './feature'
import { FieldIds } from './feature-id'

/** A feature of the situation, as an embedding. */
export function contextFeature(declared: ContextFeature): Feature<Pick<CrossScope, 'context' | 'nowMs'>> {
  const fieldIds = new FieldIds(declared.name)
  const valueOf = reader(declared)
  return {
    extent: { name: declared.name, slots: 1, numbers: [] },
    write(part, at, scope) {
      const value = valueOf(scope)
      if (value !== '') fieldIds.put(part.ids, at.slot, value)
    },
  }
}

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const EPOCH_WEEKDAY = 4 // 1970-01-01 was a Thursday

function reader(declared: ContextFeature): (scope: Pick<CrossScope, 'context' | 'nowMs'>) => string {
  switch (declared.kind) {
    case 'key': {
      const key = declared.key ?? declared.name
      return ({ context }) => (Object.hasOwn(context, key) ? context[key] : '')
    }
    case 'hour':
      return ({ nowMs }) => String(Math.floor(nowMs / HOUR_MS) % 24)
    case 'weekday':
      return ({ nowMs }) => String((Math.floor(nowMs / DAY_MS) + EPOCH_WEEKDAY) % 7)
  }
}
