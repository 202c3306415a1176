import type { ingest } from '@freshet/contracts/services'
import type { Letter } from '@freshet/intake'
import { InvalidFieldError } from '@freshet/kernel'
import { Controller, Inject } from '@nestjs/common'
import { GrpcMethod } from '@nestjs/microservices'
import { acknowledge } from './acknowledgement'
import { IngestService } from './ingest.service'

/** Decode, call, encode: what concerns dead letters. */
@Controller()
export class DeadLettersController {
  constructor(@Inject(IngestService) private readonly service: IngestService) {}

  @GrpcMethod('Ingest', 'ListDeadLetters')
  async listDeadLetters(request: ingest.ListDeadLettersRequest): Promise<ingest.ListDeadLettersResponse> {
    const { limit, payloadBytesMax, ...query } = request
    const bytesMax = payloadBytesMax === 0 ? PAYLOAD_BYTES : payloadBytesMax
    if (bytesMax < 0) throw new InvalidFieldError({ ...BYTES, value: bytesMax })
    const { letters, next, end } = await this.service.intake.letters.list({ ...query, limit: limit === 0 ? LISTED : limit })
    return { letters: letters.map((letter) => entryOf(letter, bytesMax)), next, end }
  }

  @GrpcMethod('Ingest', 'ReplayDeadLetters')
  async replayDeadLetters({ limit, ...query }: ingest.ReplayDeadLettersRequest): Promise<ingest.ReplayDeadLettersResponse> {
    const { letters, next, end } = await this.service.intake.letters.replay({ ...query, limit: limit === 0 ? REPLAYED : limit })
    const done = letters.map(({ offset, outcome, isAlready: already }) => ({ offset, acknowledgement: acknowledge(outcome), already }))
    return { letters: done, next, end }
  }
}

const LISTED = 100
const REPLAYED = 1000
const PAYLOAD_BYTES = 1024
const BYTES = { field: 'payload_bytes_max', rule: 'a number of bytes is not negative', remedy: 'send 0 for the default' }

const entryOf = ({ offset, letter, replayed }: Letter, bytesMax: number): ingest.DeadLetterEntry => ({
  offset,
  letter: { ...letter, payload: letter.payload.subarray(0, bytesMax) },
  keptBytes: letter.payload.length,
  replayed: replayed && { partition: replayed.partition, offset: replayed.offset },
})
