import { z } from 'zod'
import { brokersOf } from './kafka-address'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const PLACE = /^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/
const PLACE_RULE = 'must be host:port, for example 127.0.0.1:50051'
const SHARERS_MAX = 16 // places of an engine's board, whoever owns it among them
const METRICS_ONLY = "health and metrics; '' for none"

/** Everything that can be set, with its default: one strict tree for all processes. */
export const configSchema = z.strictObject({
  name: z
    .string()
    .regex(NAME, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
    .default('default')
    .describe('the data set: what this installation learns lies in <data>/<name>'),
  data: z.string().min(1).default('./.freshet').describe('the directory of all data sets'),
  dictionary: z
    .string()
    .min(1)
    .optional()
    .describe(
      'a built-in feature dictionary by name, or the path of a YAML file; by default what the data set was made with, else generic',
    ),
  partitions: z.int().min(1).max(256).default(8).describe('partitions of keyed topics, fixed when a data set is made'),
  log: engine(/^(embedded|kafka:\/\/.*)$/s, 'must be embedded or kafka://host:port,host:port')
    .superRefine((log, { addIssue }) => {
      const brokers = log.startsWith('kafka:') ? brokersOf(log) : []
      if ('rule' in brokers) addIssue({ code: 'custom', message: brokers.rule, params: { remedy: brokers.remedy } })
    })
    .describe('which event log; fixed when a data set is made'),
  store: engine(
    /^(embedded|rediss?(\+cluster)?:\/\/\S+)$/,
    'must be embedded, redis://host:port/database or redis+cluster://host:port,host:port (rediss for TLS)',
  ).describe('which online store; rebuilt from the log where it is empty'),
  kafka: section({
    tls: z.boolean().default(false).describe('speak TLS to the brokers'),
    caFile: file('a PEM file of authorities to trust instead of the well-known ones'),
    certFile: file('a PEM file with the certificate to show to brokers that ask for one; its key is in keyFile'),
    keyFile: file('a PEM file with the private key of certFile'),
    saslMechanism: z.enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512']).default('none'),
    username: z.string().max(1024).default(''),
    password: z.string().max(1024).default(''),
    compression: z.enum(['none', 'gzip', 'snappy']).default('none').describe('how batches are packed'),
    replicationFactor: z
      .int()
      .min(1)
      .max(16)
      .optional()
      .describe('copies of each partition; by default 3, or as many as there are brokers'),
    minInSyncReplicas: z.int().min(1).max(16).optional().describe('copies that an append must have reached; by default 2 of 3'),
    retentionMs: z.int().min(3_600_000).optional().describe('how long brokers keep dead letters; by default 30 days'),
    deadlineMs: milliseconds(15_000).describe('how long a request may be tried'),
  }).describe('how the log at kafka:// is spoken to'),
  redis: section({
    caFile: file('a PEM file of authorities to trust, for rediss://'),
    certFile: file('a PEM file with the certificate to show to servers that ask for one; its key is in keyFile'),
    keyFile: file('a PEM file with the private key of certFile'),
    deadlineMs: milliseconds(2000).describe('how long a verb may take, the wait for a connection included'),
  }).describe('how the store at redis:// is spoken to'),
  providers: z
    .array(z.string().regex(/^[a-z][a-z0-9]*$/, 'must be the name of an execution provider, such as cpu'))
    .min(1)
    .max(8)
    .default(['cpu'])
    .describe('what models are learned and answered on, the preferred one first; `freshet doctor` shows what there is. The CPU comes last'),
  drainMs: milliseconds(5000).describe('how long requests in flight may take to end at shutdown'),
  messageBytesMax: z
    .int()
    .min(1024)
    .max(4 << 20)
    .default(1 << 20)
    .describe('the largest request, or message of a stream'),
  diskFreeBytesMin: z
    .int()
    .min(0)
    .default(256 << 20)
    .describe('nothing is accepted while less is free where the data set lies: what was accepted before needs room; 0 for no reserve'),
  deadlineMs: milliseconds(30_000).describe('how long a unary request may take whose caller set no deadline'),
  ingest: section({
    grpc: address('127.0.0.1:50051'),
    http: address('127.0.0.1:8081'),
    futureMsMax: milliseconds(300_000).describe("how far an event's time may be ahead of the clock"),
  }),
  featureStore: section({
    grpc: address('127.0.0.1:50052'),
    http: address('').describe(METRICS_ONLY),
    snapshotEveryMs: z
      .int()
      .min(1000)
      .default(600_000)
      .describe('from one copy of a partition to the next, where they are copied to snapshots: beside a store at redis://'),
    retentionMs: z
      .int()
      .min(1000)
      .default(30 * 86_400_000)
      .describe(
        'how long events are kept at least, where partitions are copied to snapshots; what features remember, or the older of two snapshots lacks, stays longer',
      ),
  }),
  trainer: section({
    grpc: address('127.0.0.1:50053'),
    http: address('').describe(METRICS_ONLY),
    id: z.string().regex(NAME).default('trainer-a').describe('the name that owns epochs in the journal'),
    standby: z.boolean().default(false).describe('wait for a line to follow, and claim only when its owner falls silent'),
    cutMs: milliseconds(20).describe('online: the longest wait for a cut to fill'),
    cutExamples: z.int().min(1).max(65_536).default(256).describe('online: the most examples of a cut'),
    backfillExamples: z.int().min(1).max(65_536).default(1024).describe('backfill: the most examples of a cut'),
    workers: z
      .union([z.literal('auto'), z.int().min(1).max(16)])
      .default('auto')
      .describe('threads that share a step; auto: as load asks for, up to what the machine has. Weights do not depend on it'),
    replicas: z
      .array(z.string().regex(PLACE, PLACE_RULE))
      .max(8)
      .refine((addresses) => new Set(addresses).size === addresses.length, 'must name each replica once')
      .default([])
      .describe('host:port of processes that compute shards of a step (`freshet replica`). Weights do not depend on them'),
    logicalShards: z.int().min(1).max(64).default(4).describe('shards of a step, a constant of the model set'),
    seed: z.int().min(0).max(0xffffffff).default(1).describe('what initial weights and drawings come from'),
    versionsKept: z.int().min(3).max(1000).default(3).describe('complete versions kept on disk'),
    versionEverySteps: z.int().min(1).default(2000).describe('steps between versions'),
    heartbeatMs: milliseconds(250).describe('how often an idle owner shows that it lives'),
    denseEveryMs: milliseconds(1000).describe('how often dense parameters go to rankers'),
  }).refine(({ workers, replicas }) => workers === 'auto' || workers + replicas.length <= SHARERS_MAX, {
    path: ['replicas'],
    message: `must be at most ${SHARERS_MAX} together with trainer.workers`,
  }),
  replica: section({ grpc: address('127.0.0.1:50054'), http: address('').describe(METRICS_ONLY) }).describe(
    'a process that computes shards for trainers elsewhere, and keeps nothing',
  ),
  migrator: section({ grpc: address('127.0.0.1:50060'), http: address('').describe(METRICS_ONLY) }),
  ranker: section({
    grpc: address('127.0.0.1:50061'),
    http: address('127.0.0.1:8082'),
    ingestAddress: address('127.0.0.1:50051').describe('where impressions go'),
  }),
  all: section({ grpc: address('127.0.0.1:50051'), http: address('127.0.0.1:8080') }).describe('the all-in-one process'),
  logging: section({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info') }),
})

/** A checked configuration: every key present. */
export type Config = Immutable<z.output<typeof configSchema>>

/** What a file or an override may say: any part of it. */
export type ConfigInput = z.input<typeof configSchema>

type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T

function section<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape).prefault({} as never)
}

/** The embedded one, or the address of a server. */
function engine(form: RegExp, rule: string) {
  return z.string().max(2048).regex(form, rule).default('embedded')
}

function file(what: string) {
  return z.string().max(4096).default('').describe(`${what}; '' for none`)
}

function milliseconds(fallback: number) {
  return z.number().min(1).max(86_400_000).default(fallback)
}

function address(fallback: string) {
  return z
    .string()
    .regex(new RegExp(`^$|${PLACE.source}`), `${PLACE_RULE}, or '' for none`)
    .default(fallback)
}
