import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { IngestService } from '@freshet/contracts/services'
import { receiveEvent, type ReceivedEvent } from '@freshet/intake'
import type { ServiceDefinition } from '@grpc/grpc-js'

/** A request that carries events, with the bytes of each: what is absent in its message stays 0 or empty. */
export interface EventBatch {
  readonly correlation: number
  readonly replayId: string
  readonly events: readonly ReceivedEvent[]
}

/** Where the fields of a request stand; 0: it has no such field. */
interface RequestFields {
  readonly events: number
  readonly correlation: number
  readonly replayId: number
}

const APPEND: RequestFields = { events: 1, correlation: 0, replayId: 0 }
const STREAM: RequestFields = { events: 2, correlation: 1, replayId: 0 }
const REPLAY: RequestFields = { events: 3, correlation: 2, replayId: 1 }

/**
 * Reads a request and keeps the bytes of its events, which go into the log as they came; an event that cannot be read is a defect of
 * its own and does not take the others with it.
 *
 * grammar  request = { tag value }, tag = field << 3 | wire type; events are length-delimited
 * throws   where the request itself is cut off
 */
function readEventBatch(bytes: Uint8Array, fields: RequestFields): EventBatch {
  const reader = new BinaryReader(bytes)
  const events: ReceivedEvent[] = []
  let correlation = 0
  let replayId = ''
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === fields.events && wireType === WireType.LengthDelimited) events.push(receiveEvent(reader.bytes()))
    else if (field === fields.correlation && wireType === WireType.Varint) correlation = Number(reader.int64())
    else if (field === fields.replayId && wireType === WireType.LengthDelimited) replayId = reader.string()
    else reader.skip(wireType, field)
  }
  return { correlation, replayId, events }
}

/** The contract's service, whose requests of events are read by {@link readEventBatch}. */
export const IngestDefinition: ServiceDefinition = {
  ...IngestService,
  append: { ...IngestService.append, requestDeserialize: (bytes: Buffer) => readEventBatch(bytes, APPEND) },
  stream: { ...IngestService.stream, requestDeserialize: (bytes: Buffer) => readEventBatch(bytes, STREAM) },
  replay: { ...IngestService.replay, requestDeserialize: (bytes: Buffer) => readEventBatch(bytes, REPLAY) },
}
