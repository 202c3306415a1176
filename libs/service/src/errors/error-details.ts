import { FreshetError, InvalidFieldError, isFreshetError, valueText } from '@freshet/kernel'
import { Metadata, status, type ServiceError, type StatusObject } from '@grpc/grpc-js'
import { ConfigurationError, RemoteError, type ErrorDetails } from './errors'
import { GRPC_STATUS } from './status-tables'

/** The trailer that carries {@link ErrorDetails} as JSON in ASCII. */
export const ERROR_TRAILER = 'freshet-error'

/** What a caller may know of an error: all of ours, nothing of anybody else's. */
export function detailsOf(error: unknown): ErrorDetails {
  if (error instanceof RemoteError) return error.details
  if (!isFreshetError(error)) return UNKNOWN
  return { code: error.code, message: clip(error.message), retryable: error.retryable, ...factsOf(error) }
}

/** How a gRPC call ends because of an error. */
export function statusOf(error: unknown): StatusObject {
  const details = detailsOf(error)
  const metadata = new Metadata()
  metadata.set(ERROR_TRAILER, ascii(JSON.stringify(details)))
  return { code: GRPC_STATUS[details.code], details: details.message, metadata }
}

/** The typed error behind a failed call: as its server meant it, else as far as the bare status says. */
export function remoteError(method: string, error: ServiceError, address = ''): RemoteError {
  const trailer = error.metadata?.get(ERROR_TRAILER)[0]
  const details = typeof trailer === 'string' ? parse(trailer) : undefined
  return new RemoteError(method, details ?? bareDetails(method, error, address))
}

const UNKNOWN: ErrorDetails = { code: 'INTERNAL', message: 'an internal error; the log of the service names it', retryable: false }
const MESSAGE_CHARACTERS_MAX = 1500 // trailers of more than 8 KiB are refused by common proxies

function factsOf(error: FreshetError): Partial<ErrorDetails> {
  if (error instanceof InvalidFieldError) {
    const { field, value, rule, remedy } = error.facts
    return { field, value: clip(valueText(value)), rule, remedy }
  }
  if (error instanceof ConfigurationError) return { field: error.facts.setting, rule: error.facts.rule, remedy: error.facts.remedy }
  return {}
}

function bareDetails(method: string, { code, details }: ServiceError, address: string): ErrorDetails {
  const where = address ? ` at ${address}` : ''
  switch (code) {
    case status.UNAVAILABLE:
      return {
        code: 'UNAVAILABLE',
        message: `nothing answers${where}; start the service, for example by 'npx freshet up'`,
        retryable: true,
      }
    case status.DEADLINE_EXCEEDED:
      return {
        code: 'DEADLINE_EXCEEDED',
        message: `${method}${where} did not answer in time; ask again, or allow it more`,
        retryable: true,
      }
    case status.RESOURCE_EXHAUSTED:
      return { code: 'MESSAGE_TOO_LARGE', message: `${details}; send it in smaller batches`, retryable: false }
    case status.UNIMPLEMENTED:
      return { code: 'PRECONDITION', message: `${method} is not served${where}; ask the service that does`, retryable: false }
    case status.CANCELLED:
      return { code: 'UNAVAILABLE', message: `${method}${where} was cancelled; ask again`, retryable: true }
    default:
      return { code: 'INTERNAL', message: `${method}${where} failed: ${details}`, retryable: false }
  }
}

function parse(trailer: string): ErrorDetails | undefined {
  try {
    const details: unknown = JSON.parse(trailer)
    return isDetails(details) ? details : undefined
  } catch {
    return undefined
  }
}

/** A server is not believed: a code is one of ours, and what is read of the rest is of its kind. */
const isDetails = (value: unknown): value is ErrorDetails => {
  if (typeof value !== 'object' || value === null) return false
  const { code, message, retryable } = value as Partial<Record<keyof ErrorDetails, unknown>>
  return typeof code === 'string' && Object.hasOwn(GRPC_STATUS, code) && typeof message === 'string' && typeof retryable === 'boolean'
}

const clip = (text: string): string =>
  (text.length > MESSAGE_CHARACTERS_MAX ? `${text.slice(0, MESSAGE_CHARACTERS_MAX)}…` : text).replace(LONE_SURROGATES, '\ufffd')

const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const ascii = (json: string): string => json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
