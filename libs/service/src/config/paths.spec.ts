import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
