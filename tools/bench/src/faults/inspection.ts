import { EventRecord } from '@freshet/contracts'
import { TrainerClient } from '@freshet/contracts/services'
import { type EventLog, TOPICS } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import { call } from '@freshet/service'
import { asking } from '../fleet/asking'
import { patiently } from '../fleet/learned'
import { recordsOf } from '../fleet/records'

/** A trainer, as far as it is looked at. */
export interface Audited {
  /** The step that it is at. */
  step(): Promise<number>
  /** The SHA-256 of its full state after a step that it has not made yet. */
  digest(step: number): Promise<string>
}

/** What is looked at. */
export interface InspectionScope {
  readonly log: EventLog
  readonly clock: Clock
  /** All that should have one state, whoever owns the model set. */
  readonly trainers: readonly Audited[]
  readonly say: (text: string) => void
}

/** What a look found; all 0 where nothing is wrong. */
export interface Found {
  /** Acknowledged events that are not in the log, and records that were there and are no more. */
  readonly lost: number
  /** 1 where the trainers' states differ after the same step. */
  readonly digestsDiffering: number
}

const AHEAD = 4 // steps: what is asked for now has to lie before both
const ANSWER_MS_MAX = 10_000 // steps that nobody makes are asked for again, by then of others

/** A look at a house between two faults, while the stream goes on: cheap, since it reads on from where the last one ended. */
export class Inspection {
  private readonly present = new Set<string>()
  private readonly read: number[]
  private looked = 0

  constructor(private readonly scope: InspectionScope) {
    this.read = Array.from({ length: scope.log.partitions(TOPICS.events) }, () => 0)
  }

  /** Looks for events that were acknowledged since the last look, and holds both trainers against each other. */
  async look(acknowledged: readonly string[]): Promise<Found> {
    const { clock } = this.scope
    const due = acknowledged.slice(this.looked)
    const [vanished, digests] = await Promise.all([patiently(clock, () => this.readOn()), patiently(clock, () => this.digests())])
    this.looked += due.length
    const missing = due.filter((id) => !this.present.has(id)).length
    return { lost: missing + vanished, digestsDiffering: new Set(digests).size - 1 }
  }

  /** Takes up what the log has had added; returns how many records of before it has lost. */
  private async readOn(): Promise<number> {
    const { log } = this.scope
    let vanished = 0
    for (const [partition, from] of this.read.entries()) {
      const of = { topic: TOPICS.events, partition }
      vanished += Math.max(0, from - (await log.next(of)))
      for await (const { offset, value } of recordsOf(log, of, { from, to: Infinity })) {
        const { record } = EventRecord.decode(value)
        if (record?.$case === 'event') this.present.add(record.event.eventId)
        this.read[partition] = offset + 1
      }
    }
    return vanished
  }

  /** The digests after one step that nobody has made yet. */
  private async digests(): Promise<string[]> {
    const { trainers, say } = this.scope
    const step = AHEAD + Math.max(...(await Promise.all(trainers.map((trainer) => trainer.step()))))
    const digests = await Promise.all(trainers.map((trainer) => trainer.digest(step)))
    if (new Set(digests).size > 1) say(`after step ${step} the trainers' states are ${digests.join(' and ')}`)
    return digests
  }
}

/** The trainer that listens at an address; where it does not answer, and where a step is behind it, it throws. */
export function auditedAt(address: string): Audited {
  const ask = <T>(work: (client: TrainerClient) => Promise<T>): Promise<T> => asking(TrainerClient, address, work)
  return {
    step: async () => (await ask((client) => call(client, 'getStatus', {}, { deadlineMs: ANSWER_MS_MAX }))).step,
    digest: async (step) => (await ask((client) => call(client, 'audit', { step }, { deadlineMs: ANSWER_MS_MAX }))).digest,
  }
}
