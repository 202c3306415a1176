/** How a trainer paces itself. Nothing here changes what a given cut does to the weights. */
export interface TrainingSettings {
  /** How long the first example of a cut waits for company, online. */
  readonly cutMs: number
  /** Examples a cut, online. */
  readonly cutExamples: number
  /** Examples a cut while catching up; backfill begins at twice as many waiting. */
  readonly backfillExamples: number
  readonly heartbeatMs: number
  /** How often results carry rows, at most, and dense parameters. */
  readonly resultMs: number
  readonly denseMs: number
  /** When the next full version is due. */
  readonly versionSteps: number
  readonly versionMs: number
  /** When the next increment is due: this bounds what a restart replays. */
  readonly incrementSteps: number
  readonly incrementMs: number
  /** What the increments above a full version may weigh together, even where it weighs less than twice that. */
  readonly incrementBytes: number
  /** Journal records between versions, heartbeats included: this bounds the journal, whatever the idle time. */
  readonly versionRecords: number
  /** Full ones; their increments are kept beside them. */
  readonly versionsKept: number
}

/** As DESIGN §5 and §6 have it. */
export const TRAINING_DEFAULTS: TrainingSettings = {
  cutMs: 20,
  cutExamples: 256,
  backfillExamples: 1024,
  heartbeatMs: 250,
  resultMs: 20,
  denseMs: 500,
  versionSteps: 20_000,
  versionMs: 120_000,
  incrementSteps: 256,
  incrementMs: 5000,
  incrementBytes: 64 << 20,
  versionRecords: 4096, // seventeen minutes of heartbeats
  versionsKept: 3,
}

/** How many owners a cut may take down before it is void. */
export const DEATHS_MAX = 3

/** How many heartbeats may be missed before a standby claims. */
export const HEARTBEATS_MISSED_MAX = 4
