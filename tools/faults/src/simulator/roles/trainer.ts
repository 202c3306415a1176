import { UnavailableError } from '@freshet/kernel'
import { DivergedError, Trainer, type TrainerNotice, type TrainerOptions } from '@freshet/training'
import type { Host } from '../host'
import type { House } from '../house'
import { lineTools, SETTINGS } from '../line-tools'

const RESTART_MS = 120 // as the service waits before it starts its thread again, to this house's scale
const REBOOT_MS = 200
const SURVIVED = 0.1 // of steps that meet what is deadly
const FELLED = 0.4 // of the others: the thread alone, and the process starts it again under its name

/** A trainer's machine: boots the service, whose thread begins again whenever it falls. */
export class TrainerRole {
  readonly host: Host
  private running: Trainer | undefined
  private stop = new AbortController()
  private fallen = falling()

  constructor(
    private readonly house: House,
    name: string,
  ) {
    this.host = house.host(name, (host) => host.tellNext(REBOOT_MS, 'reboots', () => this.boot()))
  }

  /** The name of this start in the journal. */
  get id(): string {
    return `${this.host.name}-${this.host.life}`
  }

  /** Asks the trainer something. Throws UnavailableError while it starts, and where it falls before it has answered. */
  async ask<T>(question: (trainer: Trainer) => Promise<T>): Promise<T> {
    const { running } = this
    if (running === undefined) throw new UnavailableError(this.host.name, 'it is starting; ask again')
    return Promise.race([question(running), this.fallen.promise])
  }

  boot(): void {
    this.host.boot()
    this.running = undefined
    this.stop = new AbortController()
    void this.serve()
  }

  /** Ends in order, and comes back. */
  leave(): void {
    this.stop.abort()
    this.host.tell(REBOOT_MS, 'boots again', () => this.boot())
  }

  private async serve(): Promise<void> {
    const { host, house, stop } = this
    const { life, clock } = host
    const options = this.options()
    while (!stop.signal.aborted) {
      try {
        const trainer = await Trainer.open(options)
        this.running = trainer
        await trainer.run(stop.signal)
      } catch (error) {
        if (life !== host.life) return
        this.running = undefined
        this.fallen.fall()
        this.fallen = falling()
        house.trouble(this.id, error)
        await clock.sleep(RESTART_MS, stop.signal)
      }
    }
  }

  private options(): TrainerOptions {
    const { host, house, id } = this
    const { life } = host
    const { log, shelf } = house.engines(host)
    return {
      ...lineTools({ hasChanges: house.hasChanges, meetDeadly: () => this.meetDeadly(life) }),
      ...{ id, log, shelf, clock: host.clock, settings: SETTINGS },
      onNotice: (notice) => this.notice(notice),
    }
  }

  /** A step has met a deadly example: mostly that is the end of the process, or of the thread that computes; sometimes of nothing. */
  private meetDeadly(life: number): Promise<never> | undefined {
    const { host, house } = this
    if (life === host.life && house.draws.chance(SURVIVED)) return undefined
    house.tally.deadly_steps++
    if (house.draws.chance(FELLED)) return Promise.reject(new UnavailableError(this.id, 'the thread of its step has ended; begin again'))
    if (life === host.life) host.crash()
    return new Promise(() => {})
  }

  private notice(notice: TrainerNotice): void {
    const { house, id } = this
    if (notice.kind === 'diverged' && notice.error instanceof DivergedError) house.violate(`${id}: ${notice.error.message}`)
    else if (notice.kind === 'diverged') house.schedule.note(`${id}: ${notice.error.message}`)
    else if (notice.kind === 'role') house.schedule.note(`${id} is ${notice.role} in epoch ${notice.epoch} of ${notice.owner}`)
    else if (notice.kind === 'version') house.schedule.note(`${id} has version ${notice.version.name}`)
    else house.schedule.note(`${id} gives notice: ${notice.kind}`)
  }
}

/** Rejects those who wait when a trainer falls. */
function falling(): { readonly promise: Promise<never>; readonly fall: () => void } {
  let fall = (): void => {}
  const promise = new Promise<never>((_, reject) => {
    fall = () => reject(new UnavailableError('the trainer', 'it has fallen; ask again'))
  })
  promise.catch(() => undefined)
  return { promise, fall }
}
