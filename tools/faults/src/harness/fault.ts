import type { Crossing } from '@freshet/kernel'
import type { StrikeOrder } from './strike-order'

/** The roles that a fault may meet: which process plays the owner's is for the journal to say. */
export type Role = 'ingest' | 'feature-store' | 'owner' | 'follower' | 'migrator' | 'ranker'

/** What an engine of its own process may suffer. */
export type EngineFault =
  'log-killed' | 'log-halted' | 'log-cut' | 'store-killed' | 'store-halted' | 'store-cut' | 'store-rewound' | 'store-emptied'

/** A process stands still at a crossing while an engine suffers. */
export interface EngineStrike extends Pick<StrikeOrder, 'crossing' | 'passes'> {
  readonly kind: 'engine-strike'
  readonly engine: EngineFault
  /** Whether the process goes on while the engine is still away, or once it serves again. */
  readonly goesOn: 'meanwhile' | 'afterwards'
}

/** One thing that goes wrong. */
export type Fault =
  /** A process strikes itself at a crossing. */
  | ({ readonly kind: 'strike' } & StrikeOrder)
  /** A process is killed in the middle of whatever it does. */
  | { readonly kind: 'kill'; readonly role: Role; readonly delayMs: number }
  /** Owner and follower are killed, and one of them comes back: no standby is there to take over. */
  | { readonly kind: 'cold'; readonly delayMs: number }
  /** The target of a move is killed as soon as it has been granted the model set. */
  | { readonly kind: 'target-killed' }
  | { readonly kind: EngineFault; readonly delayMs: number }
  | EngineStrike

/** Which process comes to a crossing. */
export const HOME: Readonly<Record<Crossing, Role>> = {
  'record-appended': 'ingest',
  'batch-read': 'feature-store',
  'batch-committed': 'feature-store',
  'outbox-published': 'feature-store',
  'partitions-assigned': 'feature-store',
  'version-written': 'owner',
  'version-renamed': 'owner',
  'cut-committed': 'owner',
  'step-executed': 'owner',
  'ownership-granted': 'owner',
}

/** A fault in a few words. */
export function spellFault(fault: Fault): string {
  switch (fault.kind) {
    case 'strike':
      return `${HOME[fault.crossing]} ${fault.signal === 'SIGKILL' ? 'killed' : 'stopped'} at ${fault.crossing}`
    case 'kill':
      return `${fault.role} killed`
    case 'cold':
      return 'owner and follower killed'
    case 'target-killed':
      return 'target of a move killed once granted'
    case 'engine-strike':
      return `${fault.engine.replace('-', ' ')} with the ${HOME[fault.crossing]} at ${fault.crossing}, which goes on ${fault.goesOn}`
    default:
      return fault.kind.replace('-', ' ')
  }
}
