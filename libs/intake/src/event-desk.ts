import { PayloadKind } from '@freshet/contracts'
import { RECORD_BYTES_MAX, type Entry } from '@freshet/event-log'
import { InvalidFieldError, partitionOf, type Clock, type FreshetError } from '@freshet/kernel'
import type { Refusal } from './dead-letters'
import { MessageTooLargeError } from './errors'
import { contentId, keyOf } from './event-identity'
import { eventRecordBytes, tickRecordBytes } from './event-record'
import { eventFault } from './event-rules'
import type { EventTypes } from './event-types'
import type { IntakeSettings } from './limits'
import { refusedBy, type AcceptedAt, type Outcome, type ReceivedEvent } from './outcome'
import type { PartitionWriter } from './partition-writer'
import type { ReplayClock } from './replay-clock'

const RECORD_OVERHEAD_BYTES = 512 // what ingest may add to an event: an id, times, a sequence

/** Who the desk works with. */
export interface EventDeskScope {
  readonly clock: Clock
  readonly settings: IntakeSettings
  readonly types: EventTypes
  readonly partitions: number
  readonly writer: PartitionWriter
}

/** Where a batch comes from. */
export interface Origin {
  /** Named in dead letters: the door, or the replay's source. */
  readonly source: string
  /** The file's clock, for a batch of a replay. */
  readonly replay?: ReplayClock
  /** Told of each partition that the batch goes to, before it does. */
  readonly onPartition?: (partition: number) => void
}

/** What a batch came to. */
export interface Taken {
  /** One for each event, in order. */
  readonly outcomes: readonly Outcome[]
  readonly refusals: readonly Refusal[]
}

/** Validates a batch, sorts it by partition and makes it durable, with one append a partition. */
export interface EventDesk {
  /** Throws MessageTooLargeError or IntakeOverloadedError, and takes nothing then. */
  take(received: readonly ReceivedEvent[], origin: Origin): Promise<Taken>
}

/** What goes to one partition: entries, and which of them are which events of the batch. */
interface Lane {
  readonly entries: Entry[]
  readonly indices: number[]
  readonly positions: number[]
  /** Ids of content, of those events that bring none; and which of them repeat one. */
  readonly contents: Set<string>
  readonly repetitions: Set<number>
}

/** A desk; `sequence` counts what it accepted. */
export function createEventDesk(scope: EventDeskScope): EventDesk {
  const { clock, settings, types, partitions, writer } = scope
  let sequence = 0

  const place = (lane: Lane, entry: ReceivedEvent, at: { index: number; partition: number; nowMs: number; replay?: ReplayClock }): void => {
    const { event, bytes } = entry
    const timeMs = event.timeMs === 0 ? (entry.arrivedMs ?? at.nowMs) : event.timeMs
    const acceptance = { sequence: sequence++, acceptedMs: at.nowMs }
    const tick = at.replay?.before(at.partition, timeMs)
    if (tick) lane.entries.push({ key: '', value: tickRecordBytes(tick, acceptance) })
    const added = { eventId: event.eventId === '' ? contentId(event, timeMs) : '', timeMs: event.timeMs === 0 ? timeMs : 0 }
    if (added.eventId !== '') noteContent(lane, added.eventId, at.index)
    lane.indices.push(at.index)
    lane.positions.push(lane.entries.length)
    lane.entries.push({ key: keyOf(event), value: eventRecordBytes(bytes, { ...added, ...acceptance }) })
  }

  const sort = (
    received: readonly ReceivedEvent[],
    origin: Origin,
    outcomes: Outcome[],
  ): { lanes: Map<number, Lane>; refusals: Refusal[] } => {
    const lanes = new Map<number, Lane>()
    const refusals: Refusal[] = []
    const nowMs = clock.nowMs()
    const rules = { settings, types, nowMs, replay: origin.replay !== undefined }
    received.forEach((entry, index) => {
      const error = refusalOf(entry, { ...rules, arrivedMs: entry.arrivedMs ?? nowMs })
      if (error) {
        outcomes[index] = { kind: 'refused', error }
        refusals.push({ payload: entry.bytes, kind: PayloadKind.PAYLOAD_KIND_EVENT, source: origin.source, error })
        return
      }
      const partition = partitionOf(keyOf(entry.event), partitions)
      const lane = lanes.get(partition) ?? emptyLane()
      lanes.set(partition, lane)
      place(lane, entry, { index, partition, nowMs, replay: origin.replay })
    })
    return { lanes, refusals }
  }

  const settle = async (partition: number, lane: Lane, outcomes: Outcome[]): Promise<void> => {
    try {
      const first = await writer.write(partition, lane.entries)
      lane.indices.forEach((index, k) => (outcomes[index] = acceptedAt(lane, k, { partition, first })))
    } catch (error) {
      const refused = refusedBy(error)
      for (const index of lane.indices) outcomes[index] = refused
    }
  }

  return {
    async take(received, origin) {
      assertBatch(received, settings)
      writer.assertRoom()
      const outcomes = new Array<Outcome>(received.length)
      const { lanes, refusals } = sort(received, origin, outcomes)
      for (const partition of lanes.keys()) origin.onPartition?.(partition)
      await Promise.all([...lanes].map(([partition, lane]) => settle(partition, lane, outcomes)))
      return { outcomes, refusals }
    },
  }
}

const emptyLane = (): Lane => ({ entries: [], indices: [], positions: [], contents: new Set(), repetitions: new Set() })

/** Notes an id that was made of an event's content: whoever brings it again in this batch repeats that event. */
function noteContent({ contents, repetitions }: Lane, id: string, index: number): void {
  if (contents.has(id)) repetitions.add(index)
  contents.add(id)
}

/** What became of the `k`th event of a lane whose entries begin at `first`. */
function acceptedAt(lane: Lane, k: number, { partition, first }: { readonly partition: number; readonly first: number }): AcceptedAt {
  const place = { kind: 'accepted', partition, offset: first + (lane.positions[k] ?? 0) } as const
  return lane.repetitions.has(lane.indices[k]) ? { ...place, isRepetition: true } : place
}

function assertBatch(received: readonly ReceivedEvent[], { batchEventsMax, messageBytesMax }: IntakeSettings): void {
  if (received.length > batchEventsMax)
    throw new MessageTooLargeError('the number of events in one request', received.length, batchEventsMax)
  const bytes = received.reduce((sum, entry) => sum + entry.bytes.length, 0)
  if (received.length > 1 && bytes > messageBytesMax)
    throw new MessageTooLargeError('the number of bytes in one request', bytes, messageBytesMax)
}

function refusalOf({ event, bytes, defect }: ReceivedEvent, rules: Parameters<typeof eventFault>[1]): FreshetError | undefined {
  const bytesMax = Math.min(rules.settings.messageBytesMax, RECORD_BYTES_MAX) - RECORD_OVERHEAD_BYTES
  if (bytes.length > bytesMax) return new MessageTooLargeError('the number of bytes of one event', bytes.length, bytesMax)
  const fault = defect ?? eventFault(event, rules)
  return fault && new InvalidFieldError(fault)
}
