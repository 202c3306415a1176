import type { CarrierNotice, SharedEngine, StartThread } from '@freshet/learner'
import type { RemoteReplica } from './replica/carrier-to'

/** How a replica does: dialled and not proven yet, or what its carrier said last. */
export type ReplicaState = 'joining' | CarrierNotice['kind']

/** How a replica does for the engine that is stepped by now. */
export interface ReplicaStanding {
  /** host:port. */
  readonly address: string
  readonly state: ReplicaState
  /** Why it is away, or refused. */
  readonly reason: string
}

/** What an operator should know of a replica. */
export interface ReplicaNotice extends ReplicaStanding {
  readonly kind: 'replica'
}

/** What a roster is made of. */
export interface RosterOptions {
  readonly addresses: readonly string[]
  /** The carrier to a replica, see `carrierTo`. */
  readonly carrierTo: (replica: RemoteReplica) => StartThread
  readonly onNotice: (notice: ReplicaNotice) => void
}

const REST_LOOKS_MAX = 64 // about a minute

/**
 * The replicas that a trainer was told of, and their carriers in the crew of whichever engine it steps by. A carrier dials by itself, again and again;
 * the roster takes it in for each new engine, and another one where it has ended. Nothing that happens here is waited for.
 */
export class ReplicaRoster {
  private seats: readonly Seat[] = []

  constructor(private readonly options: RosterOptions) {}

  /** How each replica does, in the order of the addresses; empty while there is no engine to compute for. */
  get standings(): ReplicaStanding[] {
    return this.seats.map(({ standing }) => standing)
  }

  /** Lets the replicas compute for an engine from now on, and for none before it. */
  serve(engine: Pick<SharedEngine, 'crew'>, graphHash: string): void {
    for (const seat of this.seats) seat.leave()
    this.seats = this.options.addresses.map((address) => new Seat({ ...this.options, address, graphHash, crew: engine.crew }))
    this.look()
  }

  /** Looks who is missing, once a second or so. */
  look(): void {
    for (const seat of this.seats) seat.look()
  }
}

interface SeatParts extends Omit<RosterOptions, 'addresses'> {
  readonly address: string
  readonly graphHash: string
  readonly crew: Pick<SharedEngine['crew'], 'invite' | 'isClosed'>
}

/** One replica's place in one engine's crew. */
class Seat {
  standing: ReplicaStanding
  private isTaken = false
  private isLeft = false
  /** After an end, looks go by before another carrier is taken in: twice as many after each. */
  private rest = { looks: 0, next: 1 }

  constructor(private readonly parts: SeatParts) {
    this.standing = { address: parts.address, state: 'joining', reason: '' }
  }

  look(): void {
    const { crew, carrierTo, address, graphHash } = this.parts
    if (this.isTaken || crew.isClosed || this.rest.looks-- > 0) return
    this.isTaken = true
    const carrier = carrierTo({ address, graphHash, onNotice: ({ kind, reason }) => this.turn(kind, reason) })
    const start: StartThread = (beginning) => {
      const thread = carrier(beginning)
      thread.onEnd((failure) => this.vacate(failure))
      return thread
    }
    crew.invite(start).catch((error: unknown) => this.vacate(error)) // no place is free, or its thread has failed
  }

  /** What its carrier says from now on is said of an engine that is stepped by no more. */
  leave(): void {
    this.isLeft = true
  }

  private turn(state: ReplicaState, reason: string): void {
    const { address, onNotice } = this.parts
    const isNews = state !== this.standing.state || reason !== this.standing.reason
    if (this.isLeft || !isNews) return
    this.standing = { address, state, reason }
    onNotice({ kind: 'replica', ...this.standing })
  }

  private vacate(failure: unknown): void {
    if (!this.isTaken) return
    this.isTaken = false
    this.rest = { looks: this.rest.next, next: Math.min(2 * this.rest.next, REST_LOOKS_MAX) }
    if (!this.parts.crew.isClosed) this.turn('away', failure instanceof Error ? failure.message : 'its carrier has ended')
  }
}
