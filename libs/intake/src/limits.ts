/** How much ingest takes, and how it paces itself: every bound in one place. */
export interface IntakeSettings {
  /** Bytes of one request, and of one record as far as the log takes it. */
  readonly messageBytesMax: number
  readonly batchEventsMax: number
  /** Characters of an id: of an event, a user, a session, an item, a request. */
  readonly idCharactersMax: number
  readonly contextEntriesMax: number
  /** Characters of a context's name, and of its value. */
  readonly contextCharactersMax: number
  readonly impressionItemsMax: number
  readonly attributesMax: number
  readonly attributeCharactersMax: number
  readonly vectorLengthMax: number
  /** How far ahead of this machine's clock an event's time may be: clocks of other machines differ. */
  readonly futureMsMax: number
  /** How far back a live event's time may be: ids of events are remembered for so long, and an older one could not be told from one that was sent before. */
  readonly pastMsMax: number
  /** Between two ticks of the live clock. */
  readonly tickMs: number
  /** A replay ticks in a partition when its file's time has advanced by this much there. */
  readonly replayTickMs: number
  /** A replay whose stream brings nothing for so long is closed, and live writes are taken again. */
  readonly replayIdleMs: number
  /** A replay whose driving process shows no sign of life for so long is closed by another process. */
  readonly replaySilenceMs: number
  /** Bytes that may wait for the log before further requests are refused. */
  readonly waitingBytesMax: number
  /** Bytes of a refused record that its dead letter keeps. */
  readonly deadLetterBytesMax: number
}

/** What is true unless the configuration says otherwise. */
export const INTAKE_DEFAULTS: IntakeSettings = {
  messageBytesMax: 1 << 20,
  batchEventsMax: 10_000,
  idCharactersMax: 256,
  contextEntriesMax: 32,
  contextCharactersMax: 256,
  impressionItemsMax: 500,
  attributesMax: 64,
  attributeCharactersMax: 65_536,
  vectorLengthMax: 4096,
  futureMsMax: 60_000,
  pastMsMax: 24 * 3_600_000,
  tickMs: 1000,
  replayTickMs: 60_000,
  replayIdleMs: 30_000,
  replaySilenceMs: 10_000,
  waitingBytesMax: 64 << 20,
  deadLetterBytesMax: 64 << 10,
}
