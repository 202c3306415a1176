import { isFreshetError, PreconditionError, tlsRemedyOf, UnavailableError, type FreshetError } from '@freshet/kernel'

/** What kafkajs says of a failure, below the errors that it wraps around it. */
export interface KafkaFailure {
  readonly name: string
  readonly message: string
  /** The protocol's name of a broker's refusal, where it was one. */
  readonly type: string | undefined
  /** Whether the same request may succeed later. */
  readonly mayPass: boolean
  /** What to do about it, where the failure itself tells. */
  readonly remedy?: string
}

/** The innermost error: kafkajs wraps what it has tried in vain, and marks the wrapper as final. */
export function failureOf(error: unknown): KafkaFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), type: undefined, mayPass: true }
  if (error.cause instanceof Error) return failureOf(error.cause)
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return failureOf(error.errors[0])
  const { name, message } = error
  const type = 'type' in error && typeof error.type === 'string' ? error.type : undefined
  const remedy = tlsRemedyOf(error)
  const isFinal = remedy !== undefined || ('retriable' in error && error.retriable === false && !passesThoughFinal(name, message))
  return { name, message, type, mayPass: !isFinal, remedy }
}

/** kafkajs takes whatever ends a proof of identity for a refusal, also that the broker went away or fell silent in the middle of it. */
const passesThoughFinal = (name: string, message: string): boolean =>
  PASSES_THOUGH_FINAL.has(name) || (name === NOT_IDENTIFIED && INTERRUPTED.test(message))

const NOT_IDENTIFIED = 'KafkaJSSASLAuthenticationError'
const INTERRUPTED = / failed: (Closed connection|Connection error: .*|Connection timeout|Not connected|Request .* timed out)$/s

/** Final in kafkajs's eyes, though another try begins anew. */
const PASSES_THOUGH_FINAL = new Set(['KafkaJSLockTimeout', 'KafkaJSNumberOfRetriesExceeded', 'KafkaJSGroupCoordinatorNotFound'])

/** True where the same request may succeed later. What is an error of ours, or a refusal for good, is not. */
export const isPassing = (error: unknown): boolean => (isFreshetError(error) ? error.retryable : failureOf(error).mayPass)

/** What a failure that ends a request means to a caller. */
export function meaningOf(error: unknown, brokers: string): FreshetError {
  if (isFreshetError(error)) return error
  const { message, type, name, mayPass, remedy } = failureOf(error)
  const where = `Kafka at ${brokers}`
  if (mayPass) return new UnavailableError(where, `it said: ${message}; see that a broker listens there, then send it again`)
  if (remedy !== undefined) return new PreconditionError(`no TLS connection to ${where}: ${message}`, remedy)
  const known = UNSUPPORTED_MECHANISM.test(message) ? MECHANISM : REMEDIES[type ?? name]
  return new PreconditionError(`${where} refuses: ${message}`, known ?? 'see the configuration of the brokers')
}

const GRANT =
  'grant this user Create, Describe, DescribeConfigs, Read, Write and Delete on the topics of this prefix, and Read on its groups'
const UNSUPPORTED_MECHANISM = /^SASL .* mechanism is not supported/ // kafkajs gives it the name of a wrong password
const MECHANISM = 'configure a mechanism that the brokers offer (sasl.enabled.mechanisms), by kafka.saslMechanism'
const USER =
  'configure the user and the password that the brokers know, as kafka.username and kafka.password (FRESHET_KAFKA_PASSWORD); a user is known to the mechanism that it was made for, kafka.saslMechanism'
const REMEDIES: Readonly<Record<string, string>> = {
  [NOT_IDENTIFIED]: USER,
  UNSUPPORTED_SASL_MECHANISM: MECHANISM,
  SASL_AUTHENTICATION_FAILED: USER,
  TOPIC_AUTHORIZATION_FAILED: GRANT,
  GROUP_AUTHORIZATION_FAILED: GRANT,
  CLUSTER_AUTHORIZATION_FAILED: 'grant this user IdempotentWrite on the cluster, and Create where topics are to be made',
  INVALID_REPLICATION_FACTOR: 'configure at most as many replicas as the cluster has brokers',
  INVALID_SESSION_TIMEOUT:
    'configure a session timeout between group.min.session.timeout.ms and group.max.session.timeout.ms of the brokers',
  MESSAGE_TOO_LARGE: 'raise max.message.bytes of the topic, as a Freshet that makes it does',
}

/** True where a broker does not hold what was to be fetched. */
export const isOutOfRange = (error: unknown): boolean => failureOf(error).type === 'OFFSET_OUT_OF_RANGE'
