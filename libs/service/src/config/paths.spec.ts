import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { loadConfig } from './load-config'
import { changedSettings, configJsonSchema, environmentName, nearest, settings } from './paths'

describe('the published schema', () => {
  it('is what the code takes (npm run -s schemas writes it)', () => {
    const published: unknown = JSON.parse(readFileSync(join(__dirname, '../../freshet.schema.json'), 'utf8'))
    expect(published).toEqual(configJsonSchema())
  })

  it('refuses unknown keys at each level, and requires none', () => {
    const schema = configJsonSchema() as {
      additionalProperties: unknown
      required?: unknown
      properties: Record<string, { additionalProperties?: unknown }>
    }
    expect([schema.additionalProperties, schema.required]).toEqual([false, undefined])
    expect(schema.properties.trainer.additionalProperties).toBe(false)
  })
})

describe('changed settings', () => {
  it('are those that differ from the defaults, by their paths', () => {
    expect(changedSettings(loadConfig({ env: {} }))).toEqual({})
    const overrides = { name: 'shop', dictionary: 'demo', providers: ['cpu'], trainer: { cutMs: 7, seed: 1 } }
    expect(changedSettings(loadConfig({ env: {}, overrides: { providers: ['cuda', 'cpu'] } }))).toEqual({ providers: ['cuda', 'cpu'] })
    expect(changedSettings(loadConfig({ env: {}, overrides }))).toEqual({ name: 'shop', dictionary: 'demo', 'trainer.cutMs': 7 })
  })
})

describe('the names of settings', () => {
  it('reach every leaf once', () => {
    const paths = settings().map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['name', 'trainer.cutMs', 'ranker.ingestAddress', 'logging.level']))
    expect(new Set(paths.map(environmentName)).size).toBe(paths.length)
  })

  it('are upper case with underscores in the environment', () => {
    expect([environmentName('name'), environmentName('featureStore.grpc'), environmentName('trainer.cutMs')]).toEqual([
      'FRESHET_NAME',
      'FRESHET_FEATURE_STORE_GRPC',
      'FRESHET_TRAINER_CUT_MS',
    ])
  })

  it('guess at what is as few edits away as the fewest, at most a third of the name', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 })
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 4 }), (name, known) => {
        const edits = known.map((candidate) => editsBetween(name, candidate))
        const fewest = Math.min(...edits)
        const meant = nearest(name, known)
        if (fewest > Math.max(2, name.length / 3)) expect(meant).toBeUndefined()
        else expect(meant).toBe(known[edits.indexOf(fewest)])
      }),
    )
  })

  it('guess without regard to capitals', () => {
    expect(nearest('PARTITIONS', ['name', 'partitions'])).toBe('partitions')
    expect(nearest('x', [])).toBeUndefined()
  })

  it.each([
    ['trainer.cutms', 'trainer.cutMs'],
    ['ranker.ingestAdress', 'ranker.ingestAddress'],
    ['nmae', 'name'],
    ['somethingElseEntirely', undefined],
  ])('guess at %s: %s', (name, meant) => {
    expect(
      nearest(
        name,
        settings().map(({ path }) => path),
      ),
    ).toBe(meant)
  })
})

/** Levenshtein's distance as he defined it. */
function editsBetween(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  if (a[0] === b[0]) return editsBetween(a.slice(1), b.slice(1))
  return 1 + Math.min(editsBetween(a.slice(1), b), editsBetween(a, b.slice(1)), editsBetween(a.slice(1), b.slice(1)))
}
