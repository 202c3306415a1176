import type { Event } from '@freshet/contracts'
import type { FieldFacts } from '@freshet/kernel'
import type { EventMeaning, EventTypes } from './event-types'
import { impressionFault } from './impression-rules'
import type { IntakeSettings } from './limits'

/** What an event is held against. */
export interface EventScope {
  readonly settings: IntakeSettings
  readonly types: EventTypes
  readonly nowMs: number
  /** When it came first: what waited in a dead letter is as old as it was then. */
  readonly arrivedMs: number
  /** Its time is a file's: it must have one. */
  readonly replay: boolean
}

/** The first rule that an event breaks, with what to do about it; undefined for a good one. */
export function eventFault(event: Event, scope: EventScope): FieldFacts | undefined {
  const meaning = scope.types.meaningOf(event.type)
  if (!meaning) return unknownType(event.type, scope.types)
  return (
    idFault(event, scope.settings) ?? subjectFault(event, meaning) ?? timeFault(event.timeMs, scope) ?? contentFault(event, meaning, scope)
  )
}

function unknownType(value: string, { dictionary, names }: EventTypes): FieldFacts {
  const remedy = 'send one of them, or declare the type in the dictionary'
  return { field: 'type', value, rule: `dictionary '${dictionary}' knows ${names.join(', ')}`, remedy }
}

function idFault(event: Event, { idCharactersMax: max }: IntakeSettings): FieldFacts | undefined {
  if (event.eventId.length > max) return tooLong('event_id', event.eventId, max)
  if (event.userId.length > max) return tooLong('user_id', event.userId, max)
  if (event.sessionId.length > max) return tooLong('session_id', event.sessionId, max)
  if (event.itemId.length > max) return tooLong('item_id', event.itemId, max)
  if (event.requestId.length > max) return tooLong('request_id', event.requestId, max)
  return undefined
}

/** The refusal of a text with more characters than it may have. */
export const tooLong = (field: string, value: string, max: number): FieldFacts => ({
  field,
  value,
  rule: `may have ${max} characters, not ${value.length}`,
  remedy: 'send a shorter one',
})

function subjectFault(event: Event, { impression }: EventMeaning): FieldFacts | undefined {
  if (event.userId === '' && event.sessionId === '')
    return {
      field: 'user_id',
      value: '',
      rule: 'an event belongs to a user or to a session',
      remedy: 'send user_id, or session_id where the user is unknown',
    }
  if (event.itemId === '' && !impression)
    return { field: 'item_id', value: '', rule: `an event of type ${event.type} is about an item`, remedy: 'send the id of the item' }
  return undefined
}

function timeFault(timeMs: number, { nowMs, arrivedMs, settings, replay }: EventScope): FieldFacts | undefined {
  const field = 'time_ms'
  if (!Number.isSafeInteger(timeMs) || timeMs < 0)
    return { field, value: timeMs, rule: 'a time is a whole number of milliseconds since 1970', remedy: 'send 0 for the time of arrival' }
  if (replay && timeMs === 0) return { field, value: 0, rule: 'a replayed event brings its own time', remedy: "send the file's time" }
  if (timeMs > nowMs + settings.futureMsMax) {
    const rule = `it is ${timeMs - nowMs} ms ahead of the clock of ingest, and at most ${settings.futureMsMax} is taken`
    return { field, value: timeMs, rule, remedy: 'check the unit (milliseconds) and the clock of the sender' }
  }
  if (!replay && timeMs !== 0 && timeMs < arrivedMs - settings.pastMsMax) {
    const hours = (ms: number): number => Math.round(ms / 3_600_000)
    const rule = `it is ${hours(arrivedMs - timeMs)} hours back, and ids that tell a repetition are remembered for ${hours(settings.pastMsMax)}`
    return {
      field,
      value: timeMs,
      rule,
      remedy: 'replay it by the clock of its file, as `freshet import` does, or send 0 for the time of arrival',
    }
  }
  return undefined
}

function contentFault(event: Event, { impression }: EventMeaning, { settings }: EventScope): FieldFacts | undefined {
  if (event.value !== undefined && !Number.isFinite(event.value))
    return { field: 'value', value: event.value, rule: 'a value is a finite number', remedy: 'leave it out where there is none' }
  if (impression) return contextFault(event.context, settings) ?? impressionFault(event.impression, settings)
  if (event.impression)
    return {
      field: 'impression',
      value: event.type,
      rule: 'only events of an impression type carry a list',
      remedy: 'send the list as an event of its own',
    }
  return contextFault(event.context, settings)
}

function contextFault(context: Readonly<Record<string, string>>, settings: IntakeSettings): FieldFacts | undefined {
  const names = Object.keys(context)
  if (names.length > settings.contextEntriesMax)
    return {
      field: 'context',
      value: names.length,
      rule: `may have ${settings.contextEntriesMax} entries`,
      remedy: 'send those that the dictionary declares',
    }
  for (const name of names) {
    if (name.length > settings.contextCharactersMax) return tooLong('context', name, settings.contextCharactersMax)
    const value = context[name] ?? ''
    if (value.length > settings.contextCharactersMax) return tooLong(`context.${name}`, value, settings.contextCharactersMax)
  }
  return undefined
}
