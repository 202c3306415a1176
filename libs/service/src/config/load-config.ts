import { existsSync, readFileSync } from 'node:fs'
import { isScalar, parse, parseDocument } from 'yaml'
import type { z } from 'zod'
import { ConfigurationError } from '../errors/errors'
import { environmentName, nearest, settings } from './paths'
import { withoutSecrets } from './redact'
import { configSchema, type Config, type ConfigInput } from './schema'

/** Where settings come from: later ones win. */
export interface ConfigSources {
  /** A YAML file that must exist; without it, `freshet.yaml` of the working directory is read where there is one. */
  readonly file?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly overrides?: ConfigInput
}

/**
 * Reads the configuration: defaults, then the file, then FRESHET_* of the environment, then overrides.
 *
 * throws  ConfigurationError naming source, setting, value, rule and remedy
 */
export function loadConfig({ file, env = process.env, overrides = {} }: ConfigSources = {}): Config {
  const chosen = file ?? env.FRESHET_CONFIG ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined)
  const layers = [
    { source: chosen ?? DEFAULT_FILE, values: chosen === undefined ? {} : readYaml(chosen) },
    { source: 'the environment', values: fromEnvironment(env) },
    { source: 'the command line', values: overrides as Tree },
  ]
  for (const { source, values } of layers) check(source, values)
  const config = check('the configuration', layers.map(({ values }) => values).reduce(merge, {}))
  assertIdentified(config)
  return config
}

type Tree = Readonly<Record<string, unknown>>

const DEFAULT_FILE = 'freshet.yaml'
/** What is no setting of a service: where settings stand, and what benches are told. */
const RESERVED = /^FRESHET_(CONFIG$|BENCH_)/
/** What Kubernetes puts into the environment of pods beside a service named `freshet`. */
const SERVICE_LINK = /^FRESHET(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_TCP(_[A-Z]+)?)?)$/

function readYaml(file: string): Tree {
  try {
    const values: unknown = parse(readFileSync(file, 'utf8')) ?? {}
    if (isTree(values)) return values
    throw refuse(file, {
      setting: 'the document',
      value: values,
      rule: 'it must be a mapping of settings',
      remedy: 'write `key: value` lines',
    })
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw refuse(file, {
      setting: 'the file',
      value: file,
      rule: `it must be readable YAML (${reason})`,
      remedy: 'correct it, or give another by --config',
    })
  }
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Tree {
  const known = new Map(settings().map((setting) => [environmentName(setting.path), setting]))
  let tree: Tree = {}
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('FRESHET_') || RESERVED.test(name) || text === undefined || SERVICE_LINK.test(name)) continue
    const setting = known.get(name)
    if (!setting) throw unknown({ source: 'the environment', setting: name, value: text }, [...known.keys()])
    tree = merge(tree, nest(setting.path.split('.'), valueOf(setting.type, text)))
  }
  return tree
}

function check(source: string, values: Tree): Config {
  const parsed = configSchema.safeParse(values)
  if (parsed.success) return parsed.data
  throw refusal(source, parsed.error.issues[0], values)
}

function refusal(source: string, issue: z.core.$ZodIssue, values: Tree): ConfigurationError {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const full = [...path, issue.keys[0]]
    const known = settings().flatMap(({ path: leaf }) => [leaf, leaf.split('.')[0]])
    return unknown({ source, setting: full.join('.'), value: valueAt(values, full) }, known)
  }
  const setting = path.join('.')
  const rule = issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
  const { remedy = 'see libs/service/freshet.schema.json for what it may be' } = (issue.code === 'custom' && issue.params) || {}
  return refuse(source, { setting, value: valueAt(values, path), rule, remedy: String(remedy) })
}

/** A user whom nobody asks for would go unheard, and who asks hears of nobody: what no part of the configuration says alone. */
function assertIdentified({ kafka: { saslMechanism, username, password } }: Config): void {
  const source = 'the configuration'
  const isNamed = username !== '' || password !== ''
  if (saslMechanism === 'none' && isNamed)
    throw refuse(source, {
      ...{ setting: 'kafka.saslMechanism', value: saslMechanism },
      rule: 'it must be plain, scram-sha-256 or scram-sha-512 where kafka.username or kafka.password is set',
      remedy: 'name the mechanism that the brokers know this user by, or remove user and password',
    })
  if (saslMechanism !== 'none' && username === '')
    throw refuse(source, {
      ...{ setting: 'kafka.username', value: username },
      rule: `it must name a user where kafka.saslMechanism is ${saslMechanism}`,
      remedy: 'name one, with kafka.password, or set the mechanism to none',
    })
}

interface UnknownSetting {
  readonly source: string
  readonly setting: string
  readonly value: unknown
}

function unknown({ source, setting, value }: UnknownSetting, known: readonly string[]): ConfigurationError {
  const meant = nearest(setting, known)
  const remedy = meant ? `did you mean ${meant}?` : 'remove it, or see libs/service/freshet.schema.json for what can be set'
  const shown = mayBeSecret(setting) || mayBeSecret(meant ?? '') ? '[hidden]' : value
  return refuse(source, { setting, value: shown, rule: 'there is no such setting', remedy })
}

/** A misspelled name hides its secret, too: whatever sounds like one, and all that is said to servers which ask for one. */
const mayBeSecret = (setting: string): boolean => SECRETIVE.test(setting)

const SECRETIVE = /pas|pw|secret|token|key|cred|auth|sasl|kafka|redis/i

const refuse = (source: string, facts: ConstructorParameters<typeof ConfigurationError>[1]): ConfigurationError =>
  new ConfigurationError(source, { ...facts, value: withoutSecrets(facts.value, facts.setting) })

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const valueAt = (tree: unknown, path: readonly string[]): unknown =>
  path.reduce((node: unknown, key) => (isTree(node) ? node[key] : Array.isArray(node) ? (node as unknown[])[Number(key)] : undefined), tree)

const nest = (path: readonly string[], value: unknown): Tree => ({ [path[0]]: path.length === 1 ? value : nest(path.slice(1), value) })

function merge(under: Tree, over: Tree): Tree {
  const merged: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    if (value !== undefined) merged[key] = isTree(below) && isTree(value) ? merge(below, value) : value
  }
  return merged
}

/** What a text of the environment means: a list is what its commas part. */
function valueOf(type: string, text: string): unknown {
  if (type === 'array') return text.split(',').map((part) => part.trim())
  return type === 'string' ? text : scalar(text)
}

/** Numbers and booleans as YAML reads them; anything else, ill-formed or not, stays the text that it is, for the schema to refuse. */
function scalar(text: string): unknown {
  const { contents, errors } = parseDocument(text)
  const value: unknown = errors.length === 0 && isScalar(contents) ? contents.value : undefined
  return typeof value === 'number' || typeof value === 'boolean' ? value : text
}
