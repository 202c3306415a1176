import { FreshetError, InvalidFieldError } from '@freshet/kernel'
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import type { Response } from 'express'
import { throwError, type Observable } from 'rxjs'
import { detailsOf } from '../errors/error-details'
import { MessageTooLargeError } from '../errors/errors'
import { HTTP_STATUS } from '../errors/status-tables'
import type { Logger } from '../telemetry/logger'

/** Lets errors of gRPC handlers reach the adapter as they are, and answers those of HTTP as problem+json. */
@Catch()
export class ErrorFilter implements ExceptionFilter<unknown> {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    if (host.getType() !== 'http') return throwError(() => error)
    const response = host.switchToHttp().getResponse<Response>()
    if (response.headersSent) return
    const problem = error instanceof HttpException ? nestProblem(error) : problemOf(known(error))
    if (problem.code === 'INTERNAL') this.logger.error({ err: error }, 'a request failed in a way that nobody foresaw')
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  }
}

interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly retryable: boolean
}

/** source  RFC 9457, with our code, and the facts of a refused field, as extension members */
function problemOf(error: unknown): Problem {
  const { message, ...details } = detailsOf(error)
  return { type: 'about:blank', title: details.code, status: HTTP_STATUS[details.code], detail: message, ...details }
}

/** Nest's own refusals: an unknown route, a method that is not allowed. */
function nestProblem(error: HttpException): Problem {
  const status = error.getStatus()
  const code = status === 404 ? 'NOT_FOUND' : status < 500 ? 'INVALID_FIELD' : 'INTERNAL'
  return { type: 'about:blank', title: code, status, detail: error.message, code, retryable: false }
}

/** What the body parser throws, in our words. */
function known(error: unknown): unknown {
  if (error instanceof FreshetError || typeof error !== 'object' || error === null || !('type' in error)) return error
  const facts = error as { readonly type: unknown; readonly length?: number; readonly limit?: number; readonly message?: string }
  if (facts.type === 'entity.too.large') return new MessageTooLargeError(facts.length ?? 0, facts.limit ?? 0)
  if (facts.type !== 'entity.parse.failed') return error
  return new InvalidFieldError({
    field: 'the body',
    value: facts.message,
    rule: 'it must be JSON',
    remedy: 'send one JSON document as application/json',
  })
}
