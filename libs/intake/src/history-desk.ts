import { EventRecord, PayloadKind, type DictionaryChange, type Forget, type Link } from '@freshet/contracts'
import { InvalidFieldError, partitionOf, type Clock, type FieldFacts } from '@freshet/kernel'
import type { Refusal } from './dead-letters'
import { MessageTooLargeError } from './errors'
import type { Taken } from './event-desk'
import { keyOf } from './event-identity'
import { tooLong } from './event-rules'
import { markForgotten } from './forgotten-letters'
import type { IntakeSettings } from './limits'
import { refusedBy, type Outcome } from './outcome'
import type { PartitionWriter } from './partition-writer'

/** Who the desk works with. */
export interface HistoryDeskScope {
  readonly clock: Clock
  readonly settings: IntakeSettings
  readonly partitions: number
  readonly writer: PartitionWriter
  /** Writes to `dead-letter`. */
  readonly letters: PartitionWriter
}

/** Takes what concerns whole histories: who is to be forgotten, which session turned out to be whom, and which dictionary holds. */
export interface HistoryDesk {
  forget(whom: readonly Forget[]): Promise<Taken>
  /** `onPartition` is told of each partition in which lists may go on waiting. */
  link(links: readonly Link[], onPartition: (partition: number) => void): Promise<Taken>
  /** Writes a change of dictionary into every partition; returns the places, by partition. */
  tellAll(change: DictionaryChange): Promise<readonly number[]>
}

/** One record: whose partition it goes to, and what is wrong with it. */
interface Change {
  readonly key: string
  readonly record: EventRecord['record']
  readonly fault: FieldFacts | undefined
}

/** A desk over the topic `events`. */
export function createHistoryDesk({ clock, settings, partitions, writer, letters }: HistoryDeskScope): HistoryDesk {
  const assertRoom = (count: number): void => {
    const { batchEventsMax } = settings
    if (count > batchEventsMax) throw new MessageTooLargeError('the number of entries in one request', count, batchEventsMax)
    writer.assertRoom()
  }

  const take = async (changes: readonly Change[], source: string): Promise<Taken> => {
    assertRoom(changes.length)
    const refusals: Refusal[] = []
    const outcomes = changes.map(async ({ key, record, fault }): Promise<Outcome> => {
      const payload = EventRecord.encode({ record, sequence: 0, acceptedMs: clock.nowMs() }).finish()
      if (fault !== undefined) {
        const error = new InvalidFieldError(fault)
        refusals.push({ payload, kind: PayloadKind.PAYLOAD_KIND_HISTORY, source, error })
        return { kind: 'refused', error }
      }
      const partition = partitionOf(key, partitions)
      return writer.write(partition, [{ key, value: payload }]).then((offset) => ({ kind: 'accepted', partition, offset }), refusedBy)
    })
    return { outcomes: await Promise.all(outcomes), refusals }
  }

  return {
    async forget(whom) {
      assertRoom(whom.length)
      const changes = whom.map((forget): Change => ({
        ...{ key: keyOf(forget), record: { $case: 'forget', forget }, fault: forgetFault(forget, settings) },
      }))
      try {
        await markForgotten(
          letters,
          whom.filter((_, i) => changes[i].fault === undefined),
        )
      } catch (error) {
        const refused = refusedBy(error)
        return { outcomes: whom.map(() => refused), refusals: [] }
      }
      return take(changes, 'forget')
    },
    link(links, onPartition) {
      const changes = links.map((link): Change => {
        const key = keyOf({ userId: '', sessionId: link.sessionId })
        return { key, record: { $case: 'link', link }, fault: linkFault(link, settings) }
      })
      for (const { userId } of links) onPartition(partitionOf(userId, partitions))
      return take(changes, 'link')
    },
    tellAll(change) {
      const record: EventRecord['record'] = { $case: 'dictionary', dictionary: change }
      const value = EventRecord.encode({ record, sequence: 0, acceptedMs: clock.nowMs() }).finish()
      return Promise.all(Array.from({ length: partitions }, (_, partition) => writer.write(partition, [{ key: '', value }])))
    },
  }
}

const forgetFault = ({ userId, sessionId }: Forget, settings: IntakeSettings): FieldFacts | undefined =>
  userId === '' ? idFault('session_id', sessionId, settings) : idFault('user_id', userId, settings)

const linkFault = ({ userId, sessionId }: Link, settings: IntakeSettings): FieldFacts | undefined =>
  idFault('session_id', sessionId, settings) ?? idFault('user_id', userId, settings)

function idFault(field: string, id: string, { idCharactersMax }: IntakeSettings): FieldFacts | undefined {
  if (id === '') return { field, value: id, rule: 'an id has at least one character', remedy: 'send the id that events use' }
  return id.length > idCharactersMax ? tooLong(field, id, idCharactersMax) : undefined
}
