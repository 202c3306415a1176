import { eventsFromJson, repetitionsIn, type Outcome } from '@freshet/intake'
import { HTTP_STATUS, inNamesOf } from '@freshet/service'
import { Body, Controller, Inject, Post, Res } from '@nestjs/common'
import { acknowledge } from './acknowledgement'
import { IngestService } from './ingest.service'

const SOME_REFUSED = 207 // multi-status: the answer says which

/** What the answer's status is set on. */
interface StatusLine {
  status(code: number): unknown
}

/** Events by HTTP: `POST /v1/events` takes one, or `{"events": [...]}`, and answers one acknowledgement for each, in order. */
@Controller('v1/events')
export class EventsController {
  constructor(@Inject(IngestService) private readonly service: IngestService) {}

  @Post()
  async append(@Body() body: unknown, @Res({ passthrough: true }) response: StatusLine): Promise<object> {
    const outcomes = await this.service.intake.accept(eventsFromJson(body), 'http')
    response.status(statusOf(outcomes))
    const sent = sentEvents(body)
    return { acknowledgements: outcomes.map((outcome, i) => plain(inWords(outcome, sent[i]))), repetitions: repetitionsIn(outcomes) }
  }
}

/** The events of a body as they were written: as many, in the same order, as were read of it. */
const sentEvents = (body: unknown): readonly unknown[] =>
  typeof body === 'object' && body !== null && 'events' in body && Array.isArray(body.events) ? (body.events as unknown[]) : [body]

const inWords = (outcome: Outcome, json: unknown): Outcome =>
  outcome.kind === 'refused' ? { kind: 'refused', error: inNamesOf(json, outcome.error) } : outcome

/** 200 when all were taken; the refusal's own status when none was; else 207. */
function statusOf(outcomes: readonly Outcome[]): number {
  const refused = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.error.code] : []))
  if (refused.length === 0) return 200
  const [code] = refused
  return refused.length === outcomes.length && code ? HTTP_STATUS[code] : SOME_REFUSED
}

/** An acknowledgement without the frame that protobuf needs around alternatives. */
function plain(outcome: Outcome): object {
  const acknowledgement = acknowledge(outcome).outcome
  return acknowledgement?.$case === 'accepted' ? { accepted: acknowledgement.accepted } : { rejected: acknowledgement?.rejected }
}
