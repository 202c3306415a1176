import { askForRestoration, type RestoreFrom } from '@freshet/materialize'
import { type MovableTrainer, moveTrainer } from '@freshet/migration'
import type { Host } from '../host'
import { hostShelf } from '../host-ports'
import type { House } from '../house'
import { ShelfServer } from '../shelf-server'
import type { TrainerRole } from './trainer'

const AGAIN_MS = 60
const PATIENCE = { patienceMs: 1500, auditAheadSteps: 1, auditPatienceMs: 40 } // to the scale of a house that makes a step now and then

/** An operator's machine: moves the model set from whoever owns it to the other trainer, and has partitions made anew; gives up where that fails. */
export class MoverRole {
  readonly host: Host
  isMoving = false
  private asked = 0

  constructor(
    private readonly house: House,
    private readonly trainers: readonly TrainerRole[],
  ) {
    this.host = house.host('mover', () => {})
    this.host.boot()
  }

  /** Who does not own the model set now: the next move's target. */
  next(): TrainerRole {
    const { owner } = this.house.journal.state
    return this.trainers.find(({ id }) => id !== owner) ?? this.trainers[0]
  }

  /** Starts a move, whatever becomes of it; where the trainers are only starting, asks again. */
  async move(): Promise<void> {
    if (this.isMoving) return
    const { house, host } = this
    this.isMoving = true
    while (!(await this.tryMove()) && !house.isHealed) await host.clock.sleep(AGAIN_MS)
    this.isMoving = false
  }

  /** False where the move did not begin. */
  private async tryMove(): Promise<boolean> {
    const { house, host, trainers } = this
    const target = this.next()
    const source = trainers.find((each) => each !== target) ?? target
    let hasBegun = false
    try {
      const ends = { source: this.movable(source), target: this.movable(target) }
      for await (const { phase, detail } of moveTrainer({ ...ends, clock: host.clock, ...PATIENCE })) {
        hasBegun = true
        house.schedule.note(`move, ${phase}: ${detail}`)
        if (phase === 'done') house.tally.moves++
      }
    } catch (error) {
      house.trouble('the move', error)
    }
    return hasBegun
  }

  /** Has a partition's state thrown away and made anew. */
  async repair(partition: number, from: RestoreFrom): Promise<void> {
    const { log, store, snapshots: shelf } = this.house.engines(this.host)
    this.house.schedule.note(`partition ${partition} is to be made anew, from the ${from}`)
    const member = `an operator, ${this.asked++}`
    await askForRestoration({ log, store, partition, member, shelf }, from).catch((error: unknown) =>
      this.house.trouble('the repair', error),
    )
  }

  private movable(role: TrainerRole): MovableTrainer {
    const { host } = this
    return {
      address: role.host.name,
      status: () => host.ask(role.host, 'status', () => role.ask((trainer) => trainer.status())),
      follow: (source) => host.ask(role.host, 'follow', () => this.follow(role, source)),
      audit: (step) => host.ask(role.host, `audit ${step}`, () => role.ask((trainer) => trainer.audit(step))),
      grant: (to) => host.ask(role.host, `grant to ${to}`, () => role.ask((trainer) => trainer.grant(to))),
    }
  }

  /** The target has a version made and sent to it, on a disk of its own, and starts over from it. */
  private async follow(target: TrainerRole, sourceName: string): Promise<{ readonly version: string; readonly step: number }> {
    const source = this.trainers.find(({ host }) => host.name === sourceName) ?? target
    const { shelf } = this.house
    const { name } = await target.host.ask(source.host, 'a version', () => source.ask((trainer) => trainer.checkpoint()))
    const sent = new ShelfServer()
    await target.host.call(`receives ${name}`, () => {
      const { facts, contents } = shelf.load(name)
      sent.save({ ...facts, kind: 'full' }, contents)
    })
    return target.ask((trainer) => trainer.reopen(hostShelf(target.host, sent)))
  }
}
