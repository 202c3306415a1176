/** A trainer as a move sees it: five verbs over the wire. */
export interface MovableTrainer {
  /** Where the other end reaches it. */
  readonly address: string
  status(): Promise<TrainerStanding>
  /** Starts over from a version streamed from `sourceAddress`, then replays the journal. */
  follow(sourceAddress: string): Promise<{ readonly version: string; readonly step: number }>
  /** SHA-256 of the full state after exactly `step` (0: now). */
  audit(step: number): Promise<StateAudit>
  /** Hands the model set over. */
  grant(to: string): Promise<{ readonly epoch: number; readonly step: number }>
}

/** The SHA-256 of a full state, and after which step it is that. */
export interface StateAudit {
  readonly step: number
  readonly digest: string
}

/** Who a trainer is, and where it stands. */
export interface TrainerStanding {
  readonly id: string
  readonly role: 'owner' | 'follower' | 'starting'
  readonly epoch: number
  readonly owner: string
  readonly step: number
}

/** One line of a move. */
export interface MoveProgress {
  readonly phase: 'join' | 'lock-step' | 'audit' | 'grant' | 'done'
  readonly detail: string
  readonly sourceStep: number
  readonly targetStep: number
  readonly epoch?: number
  readonly gapMs?: number
  readonly digest?: string
}
