import { InvalidFieldError } from '@freshet/kernel'
import type { PredictQuery, RankQuery, RecommendQuery, RulesQuery, SimilarQuery } from '@freshet/ranking'

/** Reads `POST /v1/recommend`. Throws InvalidFieldError naming the path of what is unknown or of the wrong type; so do the others. */
export function recommendQuery(body: unknown): RecommendQuery {
  const fields = new Fields('body', body)
  const query = { ...asked(fields), limit: fields.limit(), includeSeen: fields.flag('includeSeen') }
  fields.refuseOthers()
  return query
}

/** Reads `POST /v1/rank`. */
export function rankQuery(body: unknown): RankQuery {
  const fields = new Fields('body', body)
  const query = { ...asked(fields), itemIds: fields.texts('itemIds') }
  fields.refuseOthers()
  return query
}

/** Reads `POST /v1/similar`. */
export function similarQuery(body: unknown): SimilarQuery {
  const fields = new Fields('body', body)
  const query = { itemId: fields.text('itemId'), limit: fields.limit(), rules: rulesOf(fields) }
  fields.refuseOthers()
  return query
}

/** Reads `POST /predict`. */
export function predictQuery(body: unknown): PredictQuery {
  const fields = new Fields('body', body)
  const query = { userId: fields.text('userId'), itemIds: fields.texts('itemIds'), context: fields.map('context') }
  fields.refuseOthers()
  return query
}

const asked = (fields: Fields): Omit<RecommendQuery, 'limit' | 'includeSeen'> => ({
  userId: fields.text('userId'),
  sessionId: fields.text('sessionId'),
  surface: fields.text('surface'),
  context: fields.map('context'),
  rules: rulesOf(fields),
  explain: fields.flag('explain'),
  dryRun: fields.flag('dryRun'),
})

function rulesOf(fields: Fields): RulesQuery | undefined {
  const value = fields.take('rules')
  if (value === undefined) return undefined
  const rules = new Fields('rules', value)
  const boosts = rules.list('boosts').map((boost, i) => boostOf(`rules.boosts[${i}]`, boost))
  const query = { require: rules.text('require'), exclude: rules.text('exclude'), boosts, pins: rules.texts('pins') }
  rules.refuseOthers()
  return query
}

function boostOf(path: string, value: unknown): RulesQuery['boosts'][number] {
  const boost = new Fields(path, value)
  const query = { condition: boost.text('condition'), factor: boost.number('factor') }
  boost.refuseOthers()
  return query
}

/** A JSON object that is read field by field; absent fields are empty, as on the wire of gRPC. */
class Fields {
  private readonly values: Readonly<Record<string, unknown>>
  private readonly taken = new Set<string>()

  constructor(
    private readonly path: string,
    value: unknown,
  ) {
    if (!isObject(value)) throw refuse(path, value, 'it must be a JSON object', 'send {"userId": "..."} with content-type application/json')
    this.values = value
  }

  take(name: string): unknown {
    this.taken.add(name)
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined
  }

  text(name: string): string {
    return this.of(name, 'a text', isText) ?? ''
  }

  flag(name: string): boolean {
    return this.of(name, 'true or false', (value): value is boolean => typeof value === 'boolean') ?? false
  }

  number(name: string): number {
    return this.of(name, 'a number', isNumber) ?? 0
  }

  /** What is left out means the default; a 0 that was sent is a mistake. */
  limit(): number {
    const limit = this.of('limit', 'a number', isNumber)
    if (limit === 0) throw refuse('limit', 0, 'a list has 1 to 500 items', 'leave it out for 10')
    return limit ?? 0
  }

  texts(name: string): readonly string[] {
    return this.of(name, 'a list of texts', (value): value is string[] => Array.isArray(value) && value.every(isText)) ?? []
  }

  list(name: string): readonly unknown[] {
    return this.of(name, 'a list', (value): value is unknown[] => Array.isArray(value)) ?? []
  }

  map(name: string): Readonly<Record<string, string>> {
    const isMap = (value: unknown): value is Record<string, string> => isObject(value) && Object.values(value).every(isText)
    return this.of(name, 'an object of texts', isMap) ?? {}
  }

  refuseOthers(): void {
    for (const name of Object.keys(this.values)) {
      if (!this.taken.has(name))
        throw refuse(this.at(name), this.values[name], 'no such field exists', `choose among ${[...this.taken].join(', ')}`)
    }
  }

  private of<T>(name: string, kind: string, fits: (value: unknown) => value is T): T | undefined {
    const value = this.take(name)
    if (value === undefined || fits(value)) return value
    throw refuse(this.at(name), JSON.stringify(value), `it must be ${kind}`, 'correct it, or leave it out')
  }

  private at(name: string): string {
    return this.path === 'body' ? name : `${this.path}.${name}`
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number'
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const refuse = (field: string, value: unknown, rule: string, remedy: string): InvalidFieldError =>
  new InvalidFieldError({ field, value, rule, remedy })
