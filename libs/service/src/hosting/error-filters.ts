import { InvalidFieldError, isFreshetError } from '@freshet/kernel'
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import type { Response } from 'express'
import { throwError, type Observable } from 'rxjs'
import { detailsOf } from '../errors/error-details'
import { MessageTooLargeError } from '../errors/errors'
import { inNamesOf } from '../errors/json-names'
import { HTTP_STATUS } from '../errors/status-tables'
import type { Logger } from '../telemetry/logger'

/** Lets errors of gRPC handlers reach the adapter as they are, and answers those of HTTP as problem+json. */
@Catch()
export class ErrorFilter implements ExceptionFilter<unknown> {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() !== 'http') return throwError(() => error)
    const http = host.switchToHttp()
    const response = http.getResponse<Response>()
    if (response.headersSent) return undefined
    const { body } = http.getRequest<{ readonly body?: unknown }>()
    const meant = isFreshetError(error) ? inNamesOf(body, error) : tooLarge(error)
    const problem = error instanceof HttpException ? nestProblem(error) : problemOf(meant)
    if (problem.code === 'INTERNAL') this.logger.error({ err: error }, 'a request failed in a way that nobody foresaw')
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
    return undefined
  }
}

const plainProblem = (code: string, status: number) => ({ type: 'about:blank', title: code, status, code, retryable: false }) as const

const SERVED = 'POST goes to /v1/events of ingest, /v1/recommend and /predict of the ranker; GET to /healthz and /metrics of each'

interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly retryable: boolean
}

/** An error as problem+json. source  RFC 9457, with our code, and the facts of a refused field, as extension members */
export function problemOf(error: unknown): Problem {
  const { message, ...details } = detailsOf(error)
  return { type: 'about:blank', title: details.code, status: HTTP_STATUS[details.code], detail: message, ...details }
}

/** Nest's own refusals: an unknown route, a body that it could not read. */
function nestProblem(error: HttpException): Problem {
  const status = error.getStatus()
  if (status === 400)
    return problemOf(
      new InvalidFieldError({
        field: 'the body',
        value: error.message,
        rule: 'it must be JSON',
        remedy: 'send one JSON document as application/json',
      }),
    )
  if (status === 404) return { ...plainProblem('NOT_FOUND', status), detail: `${error.message}; ${SERVED}` }
  return { ...plainProblem(status < 500 ? 'INVALID_FIELD' : 'INTERNAL', status), detail: error.message }
}

/** What the body parser throws at the bound, in our words. */
function tooLarge(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('type' in error) || error.type !== 'entity.too.large') return error
  const { length, limit } = error as { readonly length?: number; readonly limit?: number }
  return new MessageTooLargeError(length ?? 0, limit ?? 0)
}
