import type { ErrorDetails } from '@freshet/service'
import type { DeclaredLoss, LostRange, TrainerNotice, TrainerStatus, VersionFacts } from '@freshet/training'
import type { Scale, WorkforceNotice, WorkforceStatus } from './workforce'

/** Where the trainer stands, what its steps run on, and who shares them. */
export interface ThreadStatus extends TrainerStatus, WorkforceStatus {
  /** ONNX Runtime's execution provider. */
  readonly provider: string
}

/** What the service may ask of the thread that learns. */
export interface TrainerVerbs {
  status(): Promise<ThreadStatus>
  checkpoint(): Promise<VersionFacts>
  audit(step: number): Promise<{ readonly step: number; readonly digest: string }>
  grant(to: string): Promise<{ readonly epoch: number; readonly step: number; readonly journalOffset: number }>
  serve(version: string): Promise<{ readonly journalOffset: number }>
  /** Starts over from a version that lies in `directory`. */
  followFrom(directory: string): Promise<{ readonly step: number; readonly version: string }>
  declareLoss(loss: DeclaredLoss): Promise<LostRange>
  scale(scale: Scale): Promise<WorkforceStatus>
}

/** What a verb is asked with. */
export type Argument = string | number | DeclaredLoss

/** What a verb answers. */
export type Answer<V extends keyof TrainerVerbs> = Awaited<ReturnType<TrainerVerbs[V]>>

/** A question on its way to the thread. */
export interface Question {
  readonly id: number
  readonly verb: keyof TrainerVerbs | 'stop'
  readonly argument: Argument
}

/** What comes back: answers by their question's id, notices, the word that it learns, and why it can not. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failure'; readonly error: ErrorDetails }
  | { readonly kind: 'notice'; readonly notice: TrainerNotice | WorkforceNotice }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: ErrorDetails }
