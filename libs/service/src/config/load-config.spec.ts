import { writeFileSync } from 'node:fs'
import { temporaryDirectory } from '@freshet/testing'
import { ConfigurationError } from '../errors/errors'
import { loadConfig, type ConfigSources } from './load-config'
import type { ConfigInput } from './schema'

const load = (sources: ConfigSources = {}) => loadConfig({ env: {}, ...sources })

const refusal = (sources: ConfigSources): ConfigurationError => {
  try {
    load(sources)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new RangeError('the configuration was accepted')
}

describe('a configuration', () => {
  it('needs nothing: its defaults are one embedded installation on loopback', () => {
    const config = load()
    expect(config).toMatchObject({ name: 'default', data: './.freshet', partitions: 8, log: 'embedded', store: 'embedded' })
    expect(config.all).toEqual({ grpc: '127.0.0.1:50051', http: '127.0.0.1:8080' })
    expect([config.ingest.grpc, config.featureStore.grpc, config.trainer.grpc, config.migrator.grpc, config.ranker.grpc]).toEqual(
      [50051, 50052, 50053, 50060, 50061].map((port) => `127.0.0.1:${port}`),
    )
  })

  it('takes the file over defaults, the environment over the file, and overrides over all', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.within('freshet.yaml')
    writeFileSync(file, 'name: from-file\ntrainer: { cutMs: 7, cutExamples: 64, id: from-file }\n')
    const env = { FRESHET_TRAINER_CUT_MS: '8', FRESHET_TRAINER_ID: '42', FRESHET_TRAINER_STANDBY: 'true', PATH: '/bin' }
    const { name, trainer } = load({ file, env, overrides: { trainer: { cutMs: 9 }, name: undefined } })
    expect(name).toBe('from-file')
    expect(trainer).toMatchObject({ cutMs: 9, cutExamples: 64, id: '42', standby: true, heartbeatMs: 250 })
  })

  it('takes a list of the environment apart at its commas', () => {
    expect(load({ env: { FRESHET_PROVIDERS: 'cuda, cpu' } }).providers).toEqual(['cuda', 'cpu'])
    expect(load().providers).toEqual(['cpu'])
  })

  it('finds its file by FRESHET_CONFIG', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('elsewhere.yaml'), 'partitions: 3\n')
    expect(load({ env: { FRESHET_CONFIG: directory.within('elsewhere.yaml') } }).partitions).toBe(3)
  })

  it('takes an empty file for no settings', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('empty.yaml'), '\n')
    expect(load({ file: directory.within('empty.yaml') })).toEqual(load())
  })

  it('takes a number of workers, or auto, from wherever it comes', () => {
    expect(load().trainer.workers).toBe('auto')
    expect(load({ env: { FRESHET_TRAINER_WORKERS: '3' } }).trainer.workers).toBe(3)
    expect(load({ env: { FRESHET_TRAINER_WORKERS: 'auto' } }).trainer.workers).toBe('auto')
    expect(() => load({ overrides: { trainer: { workers: 17 } } })).toThrow('trainer.workers')
  })

  it('takes addresses of replicas, none unless told, and as many as an engine has places for', () => {
    expect(load().trainer.replicas).toEqual([])
    expect(load({ env: { FRESHET_TRAINER_REPLICAS: 'one:50054, [::1]:50054' } }).trainer.replicas).toEqual(['one:50054', '[::1]:50054'])
    const places = (count: number): string[] => Array.from({ length: count }, (_, i) => `r${i}:50054`)
    expect(load({ overrides: { trainer: { replicas: places(8), workers: 8 } } }).trainer.replicas).toHaveLength(8)
  })

  it('passes by what benches are told, which start services of their own', () => {
    expect(load({ env: { FRESHET_BENCH_PYTHON: '/opt/python', FRESHET_BENCH_DATA: '../data' } })).toEqual(load())
  })

  it('passes by what Kubernetes sets for a service of our name', () => {
    const env = {
      FRESHET_SERVICE_HOST: '10.0.0.1',
      FRESHET_PORT: 'tcp://10.0.0.1:50051',
      FRESHET_PORT_50051_TCP_ADDR: '10.0.0.1',
      FRESHET_INGEST_SERVICE_PORT_GRPC: '50051',
    }
    expect(load({ env })).toEqual(load())
  })
})

describe('a setting that cannot be meant', () => {
  it.each<[string, ConfigSources, string]>([
    [
      'unknown in a section',
      { overrides: { trainer: { cutms: 20 } } as ConfigInput },
      'the command line: trainer.cutms is 20, but there is no such setting; did you mean trainer.cutMs?',
    ],
    [
      'a section that is misspelt',
      { overrides: { trainr: { cutMs: 20 } } as ConfigInput },
      'the command line: trainr is {"cutMs":20}, but there is no such setting; did you mean trainer?',
    ],
    [
      'unknown and like nothing',
      { overrides: { colour: 'red' } as ConfigInput },
      'colour is "red", but there is no such setting; remove it, or see libs/service/freshet.schema.json for what can be set',
    ],
    [
      'unknown in the environment',
      { env: { FRESHET_TRAINER_CUTMS: '1' } },
      'the environment: FRESHET_TRAINER_CUTMS is "1", but there is no such setting; did you mean FRESHET_TRAINER_CUT_MS?',
    ],
    [
      'a secret that is misspelt in the environment',
      { env: { FRESHET_KAFKA_PASWORD: 'hunter2' } },
      'the environment: FRESHET_KAFKA_PASWORD is "[hidden]", but there is no such setting; did you mean FRESHET_KAFKA_PASSWORD?',
    ],
    [
      'a secret that is misspelt in a section',
      { overrides: { kafka: { passwort: 'hunter2' } } as ConfigInput },
      'kafka.passwort is "[hidden]", but there is no such setting; did you mean kafka.password?',
    ],
    [
      'a secret in a section that is misspelt',
      { overrides: { kafkas: { passwort: 'hunter2' } } as ConfigInput },
      'kafkas is "[hidden]", but there is no such setting',
    ],
    [
      'of another type',
      { env: { FRESHET_PARTITIONS: 'many' } },
      'the environment: partitions is "many", but invalid input: expected number',
    ],
    ['out of range', { overrides: { partitions: 0 } }, 'partitions is 0, but too small'],
    [
      'no address',
      { overrides: { ranker: { grpc: 'localhost' } } },
      'ranker.grpc is "localhost", but must be host:port, for example 127.0.0.1:50051',
    ],
    ['no name of a directory', { overrides: { name: '../other' } }, 'name is "../other", but must be 1 to 64 letters'],
    ['one of a closed list', { overrides: { logging: { level: 'loud' as 'info' } } }, 'logging.level is "loud", but invalid'],
    ['an empty list', { overrides: { providers: [] } }, 'providers is [], but too small'],
    [
      'no name of a provider',
      { overrides: { providers: ['GPU!'] } },
      'providers.0 is "GPU!", but must be the name of an execution provider',
    ],
    [
      'no address in a list',
      { env: { FRESHET_TRAINER_REPLICAS: 'one:50054,two' } },
      'trainer.replicas.1 is "two", but must be host:port, for example 127.0.0.1:50051',
    ],
    [
      'an address that is named twice',
      { overrides: { trainer: { replicas: ['one:1', 'one:1'] } } },
      'trainer.replicas is ["one:1","one:1"], but must name each replica once',
    ],
    [
      'more than share an engine',
      { overrides: { trainer: { replicas: ['one:1'], workers: 16 } } },
      'trainer.replicas is ["one:1"], but must be at most 16 together with trainer.workers',
    ],
    ['an engine', { overrides: { log: 'paper' } }, 'log is "paper", but must be embedded or kafka://host:port,host:port'],
    [
      'an address with a secret',
      { overrides: { store: 'radish://u:hush@h' } },
      'store is "radish://[hidden]@h", but must be embedded, redis://',
    ],
    ['an ill-formed one', { overrides: { store: 'redis:/u:hush@h' } }, 'store is "redis:/[hidden]@h", but must be embedded, redis://'],
  ])('is refused when it is %s', (_, sources, message) => {
    expect(refusal(sources).message).toContain(message)
    expect(refusal(sources)).toMatchObject({ code: 'CONFIGURATION', retryable: false })
  })

  it.each(['[', '{', '"8', "'8", '`auto', '*anchor', '8: 9', '- 8', '8\n---\n9', '', '~', 'yes'])(
    'is refused by its name and value where the environment says %j, whatever YAML makes of that',
    (text) => {
      expect(refusal({ env: { FRESHET_PARTITIONS: text } }).message).toContain(
        `the environment: partitions is ${JSON.stringify(text)}, but invalid input: expected`,
      )
    },
  )

  it('is refused in the environment as the text that it was, where numbers are read', () => {
    for (const text of ['1e9', '.inf', '2.5', '-1', 'true'])
      expect(refusal({ env: { FRESHET_PARTITIONS: text } }).message).toMatch(/^the environment: partitions is .*, but (too|invalid)/)
    expect(load({ env: { FRESHET_PARTITIONS: '0x10' } }).partitions).toBe(16)
  })

  it('is refused where it means an object’s own machinery', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.within('freshet.yaml')
    for (const name of ['__proto__', 'constructor', 'toString']) {
      writeFileSync(file, `${name}: { partitions: 3 }\n`)
      expect(refusal({ file }).message).toContain(`${name} is {"partitions":3}, but there is no such setting`)
    }
    expect(refusal({ env: { FRESHET_CONSTRUCTOR: 'x' } }).message).toContain('FRESHET_CONSTRUCTOR is "x", but there is no such setting')
  })

  it('hides what may be a secret in what it refuses, and says the rest', () => {
    const odd = { kafka: { password: 7, tls: true } } as unknown as ConfigInput
    expect(refusal({ overrides: odd }).message).toContain('kafka.password is "[hidden]", but invalid input')
    expect(refusal({ env: { FRESHET_STORE: 'http://ada:geheim@h' } }).message).not.toContain('geheim')
    expect(refusal({ env: { FRESHET_KAFKA_PASSWORDS: 'geheim' } }).message).toMatch(
      /PASSWORDS is "\[hidden\]".*did you mean FRESHET_KAFKA_PASSWORD\?/,
    )
  })

  it.each([
    ['is absent', undefined, 'no such file'],
    ['is no YAML', 'a: [', 'it must be readable YAML'],
    ['is no mapping', '- 1\n- 2\n', 'it must be a mapping of settings'],
    ['holds an unknown key', 'trainer: { cut: 1 }\n', 'trainer.cut is 1, but there is no such setting; did you mean trainer.cutMs?'],
  ])('is refused by its file’s name when the file %s', async (_, text, reason) => {
    await using directory = await temporaryDirectory()
    const file = directory.within('freshet.yaml')
    if (text !== undefined) writeFileSync(file, text)
    expect(refusal({ file }).message).toMatch(new RegExp(`^${file}: .*${reason.replaceAll(/[?.]/g, '.')}`))
  })
})
